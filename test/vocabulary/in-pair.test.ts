import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inPair } from '../../src/vocabulary/in-pair.ts'
import { answerOf } from './ask.ts'

const LIST = { list: ['bad@x.example ann@y.example', '@x.example bob@y.example not welcome here'] }

describe('in_pair: hit', () => {
  test('sender and recipient of one line', async () => {
    assert.deepEqual(await answerOf(inPair, LIST, { sender: 'BAD@x.example', rcpt: 'Ann@y.example' }), {
      truth: 'hit',
      because: 'lists/x:1',
      found: { entry: 'bad@x.example ann@y.example' },
    })
  })

  test('a later line counts although an earlier one names the sender', async () => {
    const match = await answerOf(inPair, LIST, { sender: 'bad@x.example', rcpt: 'bob@y.example' })
    assert.deepEqual(match.found, { entry: '@x.example bob@y.example', reason: 'not welcome here' })
  })
})

describe('in_pair: miss', () => {
  for (const [sender, rcpt] of [
    ['good@x.example', 'ann@y.example'],
    ['bad@x.example', 'carl@y.example'],
    ['', 'ann@y.example'],
    ['bad@x.example', 'postmaster'],
  ] as const)
    test(`<${sender}> to <${rcpt}>`, async () =>
      assert.equal((await answerOf(inPair, LIST, { sender, rcpt })).truth, 'miss'))

  test('before RCPT', async () =>
    assert.equal((await answerOf(inPair, LIST, { sender: 'bad@x.example' })).truth, 'miss'))
})
