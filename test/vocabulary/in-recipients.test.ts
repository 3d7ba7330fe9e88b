import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ListAnswer } from '../../src/core/list.ts'
import { lookUpRecipient } from '../../src/vocabulary/shared/recipient-look-up.ts'
import { inRecipients } from '../../src/vocabulary/in-recipients.ts'
import { addressText } from '../../src/core/mail/address.ts'
import { address } from '../support/address.ts'
import { contextAt } from '../support/hook-context.ts'
import { answerOf } from './ask.ts'

const LIST = { list: ['ann@example.org  Room 7', 'bob-smith', '@example.net'], separators: '+-' }

describe('in_recipients', () => {
  for (const [rcpt, found] of [
    ['ANN@example.org', { entry: 'ann@example.org', value: 'Room 7' }],
    ['ann+x-y@example.org', { entry: 'ann@example.org', value: 'Room 7', detail: '+x-y' }],
    ['bob-smith-x@example.com', { entry: 'bob-smith', detail: '-x' }],
    ['any+thing@example.net', { entry: '@example.net' }],
    ['bob-smith-\u{1f600}-y@example.com', { entry: 'bob-smith', detail: '-\u{1f600}-y' }],
    ['bob-smith+x@example.net', { entry: 'bob-smith', detail: '+x' }],
  ] as const)
    test(`${rcpt}: ${found.entry}`, async () =>
      assert.deepEqual((await answerOf(inRecipients, LIST, { sender: '', rcpt })).found, found))

  for (const rcpt of ['ann@example.com', 'bob@example.org', '-ann@example.org', 'x@sub.example.net', 'postmaster'])
    test(`${rcpt} is not there`, async () =>
      assert.equal((await answerOf(inRecipients, LIST, { sender: '', rcpt })).truth, 'miss'))

  test('another user may be asked for, at the same domain', async () => {
    const asked = (user: string, rcpt: string) => answerOf(inRecipients, { ...LIST, user }, { sender: '', rcpt })
    assert.equal((await asked('bob-smith-x', 'any@example.org')).found?.['entry'], 'bob-smith')
    assert.equal((await asked('ann', 'any@example.com')).truth, 'miss')
    assert.equal((await asked('a\nb', 'any@example.org')).truth, 'miss')
    assert.equal((await asked('ann', 'postmaster')).truth, 'miss')
  })

  test('before RCPT it is unknown', async () =>
    assert.equal((await answerOf(inRecipients, LIST, { sender: '' })).truth, 'unknown'))
})

describe('a list that is asked outside', () => {
  const asked = async (rcpt: string, answer: (text: string) => ListAnswer) => {
    const texts: string[] = []
    const lookUp = (value: unknown): Promise<ListAnswer> => {
      const text = addressText(value as ReturnType<typeof address>)
      texts.push(text)
      return Promise.resolve(answer(text))
    }
    return { match: await lookUpRecipient(address(rcpt), '-', lookUp, contextAt('rcpt')), texts }
  }

  test('one that does not answer is unknown, and is not asked further', async () => {
    const { match, texts } = await asked('a-b@example.org', () => ({ truth: 'unknown', because: 'it is down' }))
    assert.deepEqual(match, { truth: 'unknown', because: 'it is down' })
    assert.equal(texts.length, 1)
  })

  test('no client makes it ask more than nine times', async () => {
    const { texts } = await asked(`${'a-'.repeat(30)}z@example.org`, () => ({ truth: 'miss' }))
    assert.equal(texts.length, 9)
    assert.equal(texts.at(-1), 'a@example.org')
  })
})
