import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Address, mailbox } from '../../src/core/mail/address.ts'
import type { Store } from '../../src/core/ports.ts'
import { codeFor, expiringAddress, readLimited } from '../../src/vocabulary/expiring-address.ts'
import { answerOf } from './ask.ts'

type Mailbox = Extract<Address, { readonly kind: 'mailbox' }>

function box(local: string): Mailbox {
  const made = mailbox(local, 'example.org')
  assert.ok(made?.kind === 'mailbox')
  return made
}

/** The clock of these tests stands at noon of 20 November 2026. */
const ask = (rcpt: string, secrets: readonly string[] = [], unsigned = secrets.length === 0) =>
  answerOf(
    expiringAddress,
    { result: ['valid', 'expired', 'forged'], secrets, unsigned },
    { sender: 'a@example.net', rcpt },
  )

describe('expiring_address', () => {
  for (const [rcpt, result, date] of [
    ['ann-20261121@example.org', 'valid', '2026-11-21'],
    ['ann-20261120@example.org', 'expired', '2026-11-20'],
    ['ann-lists-20280229@example.org', 'valid', '2028-02-29'],
  ] as const)
    test(`${rcpt} is ${result}`, async () => {
      const match = await ask(rcpt)
      assert.equal(match.found?.['result'], result)
      assert.equal(match.found?.['date'], date)
    })

  for (const rcpt of [
    'ann@example.org',
    '-20261121@example.org',
    'ann-20270229@example.org',
    'ann-2026112@example.org',
    'ann-0x@example.org',
    'ann-12345x@example.org',
    '-3x@example.org',
    'postmaster',
  ])
    test(`${rcpt} carries no date`, async () => assert.equal((await ask(rcpt)).truth, 'miss'))

  test('the code of a known example (RFC 2104, made with openssl)', () =>
    assert.equal(codeFor('ann-20261231@example.org', 'correct horse'), '6b4a7091'))

  test('only the results asked for match', async () => {
    const situation = { sender: '', rcpt: 'ann-20261121@example.org' }
    assert.equal((await answerOf(expiringAddress, { unsigned: true }, situation)).truth, 'hit')
    assert.equal((await answerOf(expiringAddress, { result: ['expired'], unsigned: true }, situation)).truth, 'miss')
  })

  test('before RCPT there is nothing to find', async () =>
    assert.equal((await answerOf(expiringAddress, {}, { sender: '' })).truth, 'miss'))

  const user = fc.stringMatching(/^[a-z]{1,8}(-[a-z]{1,8})?$/)
  const day = fc
    .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))

  test('what is written is read, with a code and without', () =>
    fc.assert(
      fc.property(user, day, fc.string(), fc.boolean(), (name, date, secret, coded) => {
        const local = `${name}-${date.replaceAll('-', '')}`
        const code = codeFor(`${local}@example.org`, secret)
        const dated = readLimited(box(coded ? `${local}-${code}` : local), '-')
        assert.deepEqual(dated, {
          address: box(name),
          written: date.replaceAll('-', ''),
          ends: Date.parse(date),
          attempts: undefined,
          signed: `${local}@example.org`,
          code: coded ? code : undefined,
        })
      }),
    ))

  test('a number of attempts is one, and has no date', () => {
    assert.deepEqual(readLimited(box('Ann-12X-DEADBEEF'), '-'), {
      address: box('Ann'),
      written: '12X',
      ends: undefined,
      attempts: 12,
      signed: 'ann-12x@example.org',
      code: 'deadbeef',
    })
  })

  describe('attempts', () => {
    const RCPT = 'ann-2x@example.org'
    const counting = { result: ['used_up'], unsigned: true }
    function remembering(): { readonly store: Store; readonly counts: Map<string, number> } {
      const counts = new Map<string, number>()
      const unused = () => assert.fail('only counted')
      const increment: Store['increment'] = async (key, by) => {
        counts.set(key, (counts.get(key) ?? 0) + by)
        return { kind: 'done', value: counts.get(key) ?? 0 }
      }
      return { counts, store: { increment, get: unused, putIfAbsent: unused, close: async () => undefined } }
    }

    test('are counted by who asks whether they are used up, whoever the address is written like', async () => {
      const { store, counts } = remembering()
      const truths: string[] = []
      for (const rcpt of [RCPT, 'ANN-2X@example.org', RCPT])
        truths.push((await answerOf(expiringAddress, counting, { rcpt, sender: '', world: { store } })).truth)
      assert.deepEqual(truths, ['miss', 'miss', 'hit'])
      assert.deepEqual([...counts], [['expiring_address ann-2x@example.org', 3]])
    })

    test('are not counted by others, nor for dates and forgers', async () => {
      const { store, counts } = remembering()
      const others = { result: ['valid', 'expired', 'forged'], unsigned: true }
      await answerOf(expiringAddress, others, { rcpt: RCPT, sender: '', world: { store } })
      await answerOf(expiringAddress, counting, { rcpt: 'ann-20261121@example.org', sender: '', world: { store } })
      await answerOf(expiringAddress, { result: ['used_up'] }, { rcpt: RCPT, sender: '', world: { store } })
      assert.equal(counts.size, 0)
    })

    test('that nobody can count are unknown', async () => {
      const { store } = remembering()
      const increment: Store['increment'] = async () => ({ kind: 'failed', because: 'full' })
      assert.equal((await answerOf(expiringAddress, counting, { rcpt: RCPT, sender: '' })).truth, 'unknown')
      const world = { store: { ...store, increment } }
      const match = await answerOf(expiringAddress, counting, { rcpt: RCPT, sender: '', world })
      assert.deepEqual([match.truth, match.because], ['unknown', 'the store: full'])
    })
  })

  test('without a secret every address is forged', async () =>
    assert.equal((await ask('ann-20261121@example.org', [], false)).found?.['result'], 'forged'))

  test('no other code is good', () =>
    fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[0-9a-f]{8}$/), async (code) => {
        fc.pre(code !== '6b4a7091')
        const match = await ask(`ann-20261231-${code}@example.org`, ['correct horse'])
        assert.equal(match.found?.['result'], 'forged')
      }),
    ))

  test('nothing a client can say makes it throw', () =>
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ minLength: 1, maxLength: 2 }), (local, separator) => {
        const made = mailbox(local, 'example.org')
        if (made?.kind === 'mailbox') readLimited(made, separator)
      }),
    ))
})
