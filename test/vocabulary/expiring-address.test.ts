import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Address, mailbox } from '../../src/core/address.ts'
import { codeFor, expiringAddress, readDated } from '../../src/vocabulary/expiring-address.ts'
import { answerOf } from './ask.ts'

type Mailbox = Extract<Address, { readonly kind: 'mailbox' }>

function box(local: string): Mailbox {
  const made = mailbox(local, 'example.org')
  assert.ok(made?.kind === 'mailbox')
  return made
}

/** The clock of these tests stands at noon of 20 November 2026. */
const ask = (rcpt: string, secrets: readonly string[] = []) =>
  answerOf(expiringAddress, { result: ['valid', 'expired', 'forged'], secrets }, { sender: 'a@example.net', rcpt })

describe('expiring_address', () => {
  for (const [rcpt, result, date] of [
    ['ann-20261121@example.org', 'valid', '2026-11-21'],
    ['ann-20261120@example.org', 'expired', '2026-11-20'],
    ['ann-lists-20280229@example.org', 'valid', '2028-02-29'],
    ['ann-20261121-deadbeef@example.org', 'valid', '2026-11-21'],
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
    'postmaster',
  ])
    test(`${rcpt} carries no date`, async () => assert.equal((await ask(rcpt)).truth, 'miss'))

  test('the code of a known example (RFC 2104, made with openssl)', () =>
    assert.equal(codeFor('ann-20261231@example.org', 'correct horse'), '6b4a7091'))

  test('only the results asked for match', async () => {
    const situation = { sender: '', rcpt: 'ann-20261121@example.org' }
    assert.equal((await answerOf(expiringAddress, {}, situation)).truth, 'hit')
    assert.equal((await answerOf(expiringAddress, { result: ['expired'] }, situation)).truth, 'miss')
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
        const dated = readDated(box(coded ? `${local}-${code}` : local), '-')
        assert.deepEqual(dated, {
          address: box(name),
          date,
          ends: Date.parse(date),
          signed: `${local}@example.org`,
          code: coded ? code : undefined,
        })
      }),
    ))

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
        if (made?.kind === 'mailbox') readDated(made, separator)
      }),
    ))
})
