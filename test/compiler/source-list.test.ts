/** Lists outside in conditions: what is asked, in which order, and what an answer means for the rule. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sourceKeys, wholeKey } from '../../src/compiler/lists/source-keys.ts'
import { mailbox, NULL_SENDER, POSTMASTER } from '../../src/core/mail/address.ts'
import type { FactValue } from '../../src/core/fact.ts'
import type { ListKind } from '../../src/core/list.ts'
import type { SourceAnswer } from '../../src/core/ports.ts'
import { readSource, schemeOf } from '../../src/core/source.ts'
import { newTransaction } from '../../src/core/session.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { contextAt } from '../support/hook-context.ts'
import { fakePorts } from '../support/smtp-rig.ts'
import { loadTexts, sound } from './memory-site.ts'

const ann = mailbox('Ann', 'mail.example.org') ?? assert.fail()

describe('the keys a source is asked for', () => {
  const cases: readonly (readonly [ListKind, FactValue, readonly string[]])[] = [
    ['address', ann, ['ann@mail.example.org', '@mail.example.org', 'mail.example.org', '.example.org', '.org']],
    ['address', POSTMASTER, ['postmaster']],
    ['address_or_pattern', ann, ['ann@mail.example.org', '@mail.example.org']],
    ['address_code', ann, ['ann@mail.example.org']],
    ['host_or_pattern', 'Mail.Example.ORG', ['mail.example.org']],
    ['address', NULL_SENDER, []],
    ['domain', 'Mail.Example.ORG.', ['mail.example.org', '.example.org', '.org']],
    ['domain', '192.0.2.7', []],
    ['ip', '192.0.2.7', ['192.0.2.7', '192.0.2.', '192.0.', '192.']],
    ['ip', '::ffff:192.0.2.7', ['192.0.2.7', '192.0.2.', '192.0.', '192.']],
    [
      'ip',
      '2001:db8::7',
      [
        '2001:db8::7',
        '2001:db8:0:0:0:0:0:',
        '2001:db8:0:0:0:0:',
        '2001:db8:0:0:0:',
        '2001:db8:0:0:',
        '2001:db8:0:',
        '2001:db8:',
        '2001:',
      ],
    ],
    ['string', 'Some Text', ['some text']],
    ['string', '', []],
    ['pattern', 'Text', []],
  ]
  for (const [kind, value, keys] of cases)
    it(`${kind} ${JSON.stringify(value)}`, () => assert.deepEqual(sourceKeys(kind, value), keys))
  it('are few, however many parents a client gives its domain', () => {
    const keys = sourceKeys('domain', `${'a.'.repeat(100)}example.org`)
    assert.equal(keys.length, 9)
    assert.deepEqual(keys.slice(-2), ['.example.org', '.org'])
  })
  it('are the value alone where the list is at hand whole', () => {
    assert.deepEqual(wholeKey('address', ann), ['ann@mail.example.org'])
    assert.deepEqual(wholeKey('pattern', 'Text'), ['Text'])
    assert.deepEqual(wholeKey('address', NULL_SENDER), [])
  })
})

describe('the URL of a source', () => {
  const read = (url: string) => readSource({ url, kind: 'address', directory: '/site' })
  it('has parameters behind its #, percent-decoded', () => {
    const { scheme, place, parameters } = read('postgresql://u@h/db?sslmode=disable#query=SELECT 1%26:key&timeout=2s')
    assert.deepEqual({ scheme, place }, { scheme: 'postgres', place: '//u@h/db?sslmode=disable' })
    assert.deepEqual(
      [...parameters],
      [
        ['query', 'SELECT 1&:key'],
        ['timeout', '2s'],
      ],
    )
  })
  it('is one source with its parameters in any order', () =>
    assert.equal(read('cdb:a#x=1&y=2').id, read('cdb:a#y=2&x=1').id))
  it('is shown without what a web server is asked with', () =>
    assert.equal(read('https://h/map?token=secret&k={key}#timeout=1s').shown, 'https://h/map?…#timeout=1s'))
  for (const url of ['redis://:secret@h', 'https://u:secret@h/x', 'postgres://u:secret@h/d#table=a'])
    it(`${url} has a password where none belongs, and the complaint does not repeat it`, () =>
      assert.throws(
        () => read(url),
        (fault: Error) => /password has no place/.test(fault.message) && !fault.message.includes('secret'),
      ))
  it('is a file for everything else', () => {
    for (const name of ['lists/a', './cdb:x', 'carrier:pigeon', 'cdb: x', '__proto__:x'])
      assert.equal(schemeOf(name), undefined)
  })
})

describe('a rule that asks a source', () => {
  const SITE = 'hostname: mx.example.org\nplugins: [./house.yaml]\n'
  const house = (more = ''): string => `
plugin: house
lists: { blocked: { source: "cdb:lists/blocked.cdb", of: address } }
hooks:
  mail:
    - { id: a, match: { sender: { in_list: blocked } }, return: DENY, message: "\${list.reason} \${list.at}"${more} }
`
  const asked: string[] = []
  async function decide(answers: Readonly<Record<string, SourceAnswer>>, text = house()) {
    const site = sound(await loadTexts({ 'postern.yaml': SITE, 'house.yaml': text }))
    assert.deepEqual(
      site.program.sources?.map(({ shown }) => shown),
      ['cdb:lists/blocked.cdb'],
    )
    asked.length = 0
    const sources = {
      lookup: async (_: unknown, key: string): Promise<SourceAnswer> => {
        asked.push(key)
        return answers[key] ?? { kind: 'none' }
      },
    }
    const dispatch = createDispatcher(site.program, { deadline: 1000, trace: true })
    const transaction = { ...newTransaction('t'), sender: ann }
    return dispatch(contextAt('mail', { ports: { ...fakePorts(), sources }, transaction }))
  }

  it('stops at the first key that is found, and says which and where', async () => {
    const { verdict, trace } = await decide({ '@mail.example.org': { kind: 'found', values: ['spam'] } })
    assert.equal(verdict.code, 'DENY')
    assert.equal(verdict.message, 'spam cdb:lists/blocked.cdb')
    assert.deepEqual(asked, ['ann@mail.example.org', '@mail.example.org'])
    assert.equal(trace?.[0]?.atoms[0]?.because, '`@mail.example.org` in cdb:lists/blocked.cdb')
  })
  it('misses when no key is found', async () => {
    assert.equal((await decide({})).verdict.code, 'DECLINED')
    assert.equal(asked.length, 5)
  })
  it('defers when the source is away, unless it says otherwise', async () => {
    const away: SourceAnswer = { kind: 'failed', because: 'it is away' }
    const { verdict, trace } = await decide({ 'ann@mail.example.org': away })
    assert.equal(verdict.code, 'DENYSOFT')
    assert.equal(trace?.[0]?.atoms[0]?.because, '`ann@mail.example.org` in cdb:lists/blocked.cdb: it is away')
    assert.equal((await decide({ 'ann@mail.example.org': away }, house(', on_unknown: skip'))).verdict.code, 'DECLINED')
    assert.equal((await decide({ 'ann@mail.example.org': away }, house(', on_unknown: match'))).verdict.code, 'DENY')
  })
  it('is unknown where nothing outside can be asked', async () => {
    const site = sound(await loadTexts({ 'postern.yaml': SITE, 'house.yaml': house() }))
    const dispatch = createDispatcher(site.program, { deadline: 1000, trace: false })
    const transaction = { ...newTransaction('t'), sender: ann }
    assert.equal((await dispatch(contextAt('mail', { transaction }))).verdict.code, 'DENYSOFT')
  })
})
