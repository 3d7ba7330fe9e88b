/** Every kind of list against the plainest thing that could be right: look at each entry in order, take the first. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Address, addressKey, mailbox } from '../../src/core/mail/address.ts'
import type { FactValue } from '../../src/core/fact.ts'
import type { ListKind } from '../../src/core/list.ts'
import { buildList } from '../../src/compiler/lists/index.ts'
import { listOf } from './lists-judge.ts'

const RUNS = { numRuns: 400 }

/** The number of the first entry that holds, found by the list. */
function found(kind: ListKind, entries: readonly string[], value: FactValue): number {
  const list = listOf(kind, entries)
  assert.equal(list.size, entries.length)
  const at = list.find(value)?.at
  return at === undefined ? -1 : Number(at.slice('lists/x:'.length)) - 1
}

function agrees<V extends FactValue>(
  kind: ListKind,
  entry: fc.Arbitrary<string>,
  value: fc.Arbitrary<V>,
  holds: (entry: string, value: V) => boolean,
): void {
  test(`${kind}: the same as asking each entry in turn`, () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), value, (entries, one) => {
        assert.equal(
          found(kind, entries, one),
          entries.findIndex((text) => holds(text, one)),
        )
      }),
      RUNS,
    )
  })
}

const label = fc.constantFrom('a', 'b', 'mail', 'example', 'org')
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
const local = fc.constantFrom('ann', 'bob', 'Ann', 'ann+news', 'a.b', 'odd one', '1')

function below(host: string, suffix: string): boolean {
  const [labels, tail] = [host.split('.'), suffix.split('.').slice(1)]
  return labels.length > tail.length && labels.slice(-tail.length).join() === tail.join()
}

function hostHolds(entry: string, host: string): boolean {
  return entry.startsWith('.') ? below(host, entry) : entry === host
}

function mailOf(user: string, host: string): Address {
  const address = mailbox(user, host)
  assert.ok(address)
  return address
}

const mail = fc.tuple(local, name).map(([user, host]) => mailOf(user, host))
const plainMail = fc.tuple(fc.constantFrom('ann', 'Bob', 'a.b'), name).map(([user, host]) => `${user}@${host}`)

function domainOf(address: Address): string {
  return address.kind === 'mailbox' ? address.domain : ''
}

function mailHolds(entry: string, address: Address): boolean {
  if (entry.startsWith('@')) return entry.slice(1) === domainOf(address)
  return entry.includes('@') ? entry.toLowerCase() === addressKey(address) : hostHolds(entry, domainOf(address))
}

describe('names and addresses', () => {
  const dotted = name.map((text) => `.${text}`)
  const at = name.map((text) => `@${text}`)

  agrees('domain', fc.oneof(name, dotted), name, hostHolds)
  agrees('address', fc.oneof(plainMail, at, name, dotted), mail, mailHolds)
  agrees('string', name, name, (entry, value) => entry === value)
  agrees('zone', name, name, (entry, value) => entry === value)
  agrees(
    'pair',
    fc.tuple(fc.oneof(plainMail, at), fc.oneof(plainMail, at)).map((columns) => columns.join(' ')),
    fc.tuple(mail, mail),
    (entry, [from, to]) => {
      const [sender = '', recipient = ''] = entry.split(' ')
      return mailHolds(sender, from) && mailHolds(recipient, to)
    },
  )
})

describe('patterns', () => {
  const pattern = fc.constantFrom('^a', 'n@', 'org$', '^bob@a', 'x?@b\\.', '(ann|bob)', '\\+', 'news$', 'ma*il')
  const found = (text: string, value: string): boolean => new RegExp(text, 'i').test(value)

  agrees('pattern', pattern, mail, (entry, value) => found(entry, addressKey(value)))
  agrees(
    'address_or_pattern',
    fc.oneof(
      plainMail,
      name.map((text) => `@${text}`),
      fc.constantFrom('^a', 'x?@b\\.', 'news$', 'ma*il'),
    ),
    mail,
    (entry, value) => (/[\^?$*]/.test(entry) ? found(entry, addressKey(value)) : mailHolds(entry, value)),
  )
  agrees(
    'host_or_pattern',
    fc.oneof(name, fc.constantFrom('^a', '!^a', 'org$', '!org$', '(mail|b)\\.', '!mai?l')),
    name,
    (entry, value) => {
      if (entry.startsWith('!')) return !found(entry.slice(1), value)
      return /[\^$?(]/.test(entry) ? found(entry, value) : entry === value
    },
  )
})

describe('networks', () => {
  /** Addresses that differ in few bits, so that networks meet them. */
  const bits4 = fc.array(fc.constantFrom('0', '1'), { minLength: 32, maxLength: 32 }).map((bits) => bits.join(''))
  const near4 = bits4.map((bits) => `1100000010101000${bits.slice(0, 3)}${'0'.repeat(10)}${bits.slice(0, 3)}`)
  const near6 = bits4.map((bits) => `${'0010'.padEnd(60, '01')}${bits.slice(0, 4)}${'0'.repeat(60)}${bits.slice(0, 4)}`)

  function formatBits(bits: string): string {
    const [size, base, separator] = bits.length === 32 ? ([8, 10, '.'] as const) : ([16, 16, ':'] as const)
    const parts = Array.from({ length: bits.length / size }, (_, index) => bits.slice(index * size, (index + 1) * size))
    return parts.map((part) => Number.parseInt(part, 2).toString(base)).join(separator)
  }

  const network = fc.oneof(near4, near6).chain((bits) =>
    fc.oneof(fc.integer({ min: 0, max: bits.length }), fc.constant(bits.length)).map((prefix) => ({
      prefix: bits.slice(0, prefix),
      version: bits.length,
      text: `${formatBits(bits.slice(0, prefix).padEnd(bits.length, '0'))}/${prefix}`,
    })),
  )

  test('ip: the same as comparing bit by bit', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 40 }), fc.oneof(near4, near6), (networks, bits) => {
        const expected = networks.findIndex(({ prefix, version }) => version === bits.length && bits.startsWith(prefix))
        assert.equal(
          found(
            'ip',
            networks.map(({ text }) => text),
            formatBits(bits),
          ),
          expected,
        )
      }),
      RUNS,
    )
  })
})

test('ten thousand entries are each found, and nothing else is', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `h${index * 7919}.example`)
  const list = buildList(
    'domain',
    'x',
    names.map((text, index) => ({ text, rest: '', at: `x:${index + 1}` })),
    ({ message }) => assert.fail(message),
  )
  for (const [index, name] of names.entries()) {
    assert.equal(list.find(name)?.at, `x:${index + 1}`)
    assert.equal(list.find(`x${name}`), undefined)
  }
})
