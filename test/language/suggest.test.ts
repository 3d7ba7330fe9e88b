/** "Did you mean …?" */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { nearestOf, suggest } from '../../src/language/suggest.ts'

const KNOWN = [
  'match',
  'unless',
  'return',
  'message',
  'reply_at',
  'rcpt',
  'sender',
  'remote_ip',
  'DENY',
  'DENYSOFT',
  'OK',
  'allow',
]

describe('suggestions', () => {
  const cases: Readonly<Record<string, string | undefined>> = {
    retrun: 'return',
    mesage: 'message',
    unles: 'unless',
    mach: 'match',
    hctam: undefined,
    'reply-at': 'reply_at',
    replyAt: 'reply_at',
    deny: 'DENY',
    reject: 'DENY',
    recipient: 'rcpt',
    whitelist: 'allow',
    when: 'match',
    wehn: 'match',
    xyz: undefined,
    ok: 'OK',
    '': undefined,
    __proto__: undefined,
    constructor: undefined,
  }
  for (const [word, wanted] of Object.entries(cases)) {
    it(`${word} → ${wanted}`, () => assert.equal(suggest(word, KNOWN), wanted))
  }

  it('prefer the nearest, then the first', () => {
    assert.equal(suggest('header', ['headers', 'header_a', 'reader']), 'headers')
    assert.equal(suggest('abcdef', ['abcdex', 'abcdey']), 'abcdex')
  })

  it('find every word with one letter wrong, left out, added or swapped', () => {
    const word = fc.stringMatching(/^[b-y]{4,12}$/)
    const typo = fc.constantFrom(
      (text: string, at: number) => `${text.slice(0, at)}z${text.slice(at + 1)}`,
      (text: string, at: number) => text.slice(0, at) + text.slice(at + 1),
      (text: string, at: number) => `${text.slice(0, at)}a${text.slice(at)}`,
      (text: string, at: number) => `${text.slice(0, at)}${text[at + 1] ?? ''}${text[at]}${text.slice(at + 2)}`,
    )
    fc.assert(
      fc.property(word, typo, fc.nat(), (text, make, seed) => {
        assert.equal(suggest(make(text, seed % text.length), [text]), text)
      }),
    )
  })

  it('that are nearest of many', () => {
    assert.deepEqual(nearestOf('aaaa', ['bbbb', 'aabb', 'aaab'], 2), ['aaab', 'aabb'])
  })
})
