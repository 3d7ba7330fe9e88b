/** Alias files: what a line stands for, how far it is followed, and what is no alias at all. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Address, addressText, mailbox } from '../../src/core/mail/address.ts'
import { readTargets } from '../../src/vocabulary/shared/alias-targets.ts'
import { aliases } from '../../src/vocabulary/aliases.ts'
import { address } from '../support/address.ts'
import { answerOf } from './ask.ts'

type Mailbox = Extract<Address, { readonly kind: 'mailbox' }>

function box(text: string): Mailbox {
  const made = address(text)
  assert.ok(made.kind === 'mailbox')
  return made
}

function targetsOf(text: string, { alias = 'sales@example.org', detail = '' } = {}): readonly string[] | string {
  const targets = readTargets(text, box(alias), detail)
  return targets.ok ? targets.addresses.map(addressText) : targets.problem
}

describe('what an alias stands for', () => {
  for (const [text, expected] of [
    ['ann', ['ann@example.org']],
    [' ann ,bob@example.net,, ', ['ann@example.org', 'bob@example.net']],
    ['@example.net', ['sales@example.net']],
    ['"a, b"@example.net, "c d"', ['"a, b"@example.net', '"c d"@example.org']],
    ['ann@[192.0.2.7]', ['ann@[192.0.2.7]']],
    ['', 'nothing stands behind the alias'],
    [' , ', 'nothing stands behind the alias'],
    ['ann, bob at example.net', '`bob at example.net` is no address'],
    ['|/bin/sh', '`|/bin/sh` is no address'],
    ['"|/bin/sh -c x"', '`"|/bin/sh -c x"` is no address'],
    ['/var/mail/sales', '`/var/mail/sales` is no address'],
    [':include:/etc/list', '`:include:/etc/list` is no address'],
    ['"never closed', '`"never closed` is no address'],
  ] as const)
    it(`\`${text}\`: ${String(expected)}`, () => assert.deepEqual(targetsOf(text), expected))

  it('the detail is kept, unless there is one or it would be too long', () => {
    assert.deepEqual(targetsOf('ann, bob+x, c-d', { detail: '+eu' }), [
      'ann+eu@example.org',
      'bob+x@example.org',
      'c-d+eu@example.org',
    ])
    assert.deepEqual(targetsOf('a'.repeat(62), { detail: '+eu' }), [`${'a'.repeat(62)}@example.org`])
  })

  it('`@host` has the detail already', () =>
    assert.deepEqual(targetsOf('@example.net', { alias: 'ann+eu@example.org', detail: '+eu' }), ['ann+eu@example.net']))

  const local = fc.string({
    unit: fc.constantFrom('a', 'b', '.', '+', ',', '"', '\\', ' ', '@', ':', '|'),
    minLength: 1,
    maxLength: 8,
  })
  const mail = local
    .map((user) => mailbox(user, 'example.net'))
    .filter((made): made is Mailbox => made?.kind === 'mailbox')

  it('addresses written with commas between them are read again, whatever is in quotes', () =>
    fc.assert(
      fc.property(fc.array(mail, { minLength: 1, maxLength: 5 }), (boxes) => {
        const written = boxes.map(addressText).filter((text) => !/^"[|/]/.test(text) && !/^[|/:]/.test(text))
        fc.pre(written.length > 0)
        assert.deepEqual(targetsOf(written.join(', ')), written)
      }),
    ))

  it('no text makes it throw', () =>
    fc.assert(fc.property(fc.string(), (text) => assert.ok(['string', 'object'].includes(typeof targetsOf(text))))))
})

describe('aliases', () => {
  const found = async (list: readonly string[], rcpt: string, options = {}) => {
    const match = await answerOf(aliases, { list, ...options }, { sender: 'a@example.net', rcpt })
    return match.truth === 'hit' ? match.found?.['addresses']?.split('\n') : (match.because ?? match.truth)
  }

  it('says nothing about who is none', async () => {
    assert.equal(await found(['sales: ann'], 'bob@example.org'), 'miss')
    assert.equal(await found(['postmaster: ann'], 'postmaster'), 'miss')
  })

  it('names the line and the detail', async () => {
    const match = await answerOf(aliases, { list: ['sales: ann'] }, { sender: '', rcpt: 'sales+eu@example.org' })
    assert.deepEqual(match, {
      truth: 'hit',
      because: '`sales` at lists/x:1',
      found: { addresses: 'ann+eu@example.org', entry: 'sales', detail: '+eu' },
    })
  })

  it('the bare postmaster is one of the domain given', async () =>
    assert.deepEqual(await found(['postmaster: ann'], 'postmaster', { hostname: 'mx.example.org' }), [
      'ann@mx.example.org',
    ]))

  it('two aliases may lead to the same one', async () =>
    assert.deepEqual(await found(['all: a, b', 'a: c', 'b: c, d', 'c: c'], 'all@example.org'), [
      'c@example.org',
      'd@example.org',
    ]))

  it('a circle is unknown, and says how it goes', async () =>
    assert.equal(
      await found(['a: b', 'b: c, a'], 'a@example.org'),
      'aliases in a circle: a@example.org, b@example.org, a@example.org',
    ))

  it('too many are unknown', async () => {
    const wide = [`all: ${Array.from({ length: 20 }, (_, n) => `u${n}`).join(',')}`]
    assert.equal((await found(wide, 'all@example.org', { most: 21 }))?.length, 20)
    assert.equal(await found(wide, 'all@example.org', { most: 20 }), 'more than 20 addresses')
  })

  it('a line without an address is unknown, and says where it is', async () =>
    assert.equal(await found(['a: |sh'], 'a@example.org'), 'lists/x:1: `|sh` is no address'))

  it('before RCPT it is unknown', async () =>
    assert.equal((await answerOf(aliases, { list: ['a: b'] }, { sender: 'a@example.net' })).truth, 'unknown'))

  const names = ['a', 'b', 'c', 'd', 'e']
  const name = fc.constantFrom(...names)
  const file = fc.uniqueArray(fc.tuple(name, fc.array(name, { minLength: 1, maxLength: 3 })), {
    selector: ([one]) => one,
  })

  it('comes to an end in every file, and finds only names that stay where they are', () =>
    fc.assert(
      fc.asyncProperty(file, name, async (lines, start) => {
        const written = lines.map(([one, targets]) => `${one}: ${targets.join(', ')}`)
        const addresses = await found(written, `${start}@example.org`)
        if (!Array.isArray(addresses)) return
        const table = new Map(lines)
        for (const one of addresses.map((text: string) => text.slice(0, 1)))
          assert.ok(table.get(one)?.includes(one) ?? true, `${one} goes elsewhere`)
      }),
    ))
})
