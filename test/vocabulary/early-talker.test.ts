import assert from 'node:assert/strict'
import { test } from 'node:test'
import { earlyTalker } from '../../src/vocabulary/early-talker.ts'
import { answerOf } from './ask.ts'

const listening = (speaksAfter: number) => ({
  earlyInput: { within: async (milliseconds: number) => speaksAfter <= milliseconds },
})

test('a client that speaks within the time is a hit', async () => {
  assert.equal((await answerOf(earlyTalker, { wait: '2s' }, { world: listening(1999) })).truth, 'hit')
})

test('one that keeps silent so long is a miss', async () => {
  assert.equal((await answerOf(earlyTalker, {}, { world: listening(1001) })).truth, 'miss')
})

test('where nobody listens it is unknown', async () => {
  assert.equal((await answerOf(earlyTalker, {}, {})).truth, 'unknown')
})
