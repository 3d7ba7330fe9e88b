import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from '../../src/vocabulary/load.ts'
import { answerOf } from './ask.ts'

test('a load above the limit is a hit, and the limit itself is not', async () => {
  const found = { average: '7.01' }
  const high = await answerOf(load, { above: 7 }, { world: { loadAverage: () => 7.01 } })
  assert.deepEqual(high, { truth: 'hit', because: 'the load is 7.01', found })
  assert.equal((await answerOf(load, { above: 7 }, { world: { loadAverage: () => 7 } })).truth, 'miss')
})

test('where none is measured it is unknown', async () => {
  assert.equal((await answerOf(load, { above: 7 }, { world: { loadAverage: () => undefined } })).truth, 'unknown')
  assert.equal((await answerOf(load, { above: 7 }, {})).truth, 'unknown')
})
