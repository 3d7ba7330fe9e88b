/** Whom `deliver_to` means: the recipient in question, all of them, or after DATA those that are treated alike. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressText } from '../../src/core/mail/address.ts'
import { destinationsOf, newRecipient, newTransaction, type Transaction } from '../../src/core/session.ts'
import { applyEffect, isEffect } from '../../src/engine/effects.ts'
import { address } from '../support/address.ts'
import { contextAt } from '../support/hook-context.ts'

const TRAP = { kind: 'deliver_to', addresses: ['trap@example.com'] } as const

function transactionTo(...names: readonly string[]): Transaction {
  const transaction = newTransaction('t1')
  transaction.recipients.push(...names.map((name) => newRecipient(address(`${name}@example.org`))))
  return transaction
}

function destinations({ recipients }: Transaction): readonly string[] {
  return recipients.flatMap(destinationsOf).map(addressText)
}

describe('deliver_to means', () => {
  it('at RCPT the recipient in question', () => {
    const transaction = transactionTo('ann')
    const recipient = newRecipient(address('bob@example.org'))
    applyEffect(TRAP, contextAt('rcpt', { transaction, recipient }), 'house')
    assert.deepEqual(destinations(transaction), ['ann@example.org'])
    assert.deepEqual(destinationsOf(recipient).map(addressText), ['trap@example.com'])
  })

  it('after RCPT all of them', () => {
    const transaction = transactionTo('ann', 'bob')
    applyEffect(TRAP, contextAt('data_post', { transaction }), 'house')
    assert.deepEqual(destinations(transaction), ['trap@example.com', 'trap@example.com'])
  })

  it('where recipients are treated apart, those whom the one in question stands for', () => {
    const transaction = transactionTo('ann', 'bob', 'eve')
    const [ann, bob, eve] = transaction.recipients
    assert.ok(ann && bob && eve)
    transaction.parts = [[ann, eve], [bob]]
    applyEffect(TRAP, contextAt('data_post', { transaction, recipient: ann }), 'house')
    assert.deepEqual(destinations(transaction), ['trap@example.com', 'bob@example.org', 'trap@example.com'])
  })
})

describe('what a handler answers', () => {
  for (const [addresses, good] of [
    [['a@example.org'], true],
    [[], false],
    [['a@example.org', 'nobody'], false],
    [['a@example.org\r\nb@example.org'], false],
  ] as const)
    it(`${JSON.stringify(addresses)} is ${good ? 'an' : 'no'} effect`, () =>
      assert.equal(isEffect({ kind: 'deliver_to', addresses }), good))
})
