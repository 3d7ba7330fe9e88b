import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '../../src/vocabulary/chance.ts'
import { answerOf } from './ask.ts'

for (const [drawn, options, truth] of [
  [0.0099, { percent: 1 }, 'hit'],
  [0.01, { percent: 1 }, 'miss'],
  [0.999, { percent: 100 }, 'hit'],
  [0, { percent: 0 }, 'miss'],
  // Six draws of 1 - 0.5 ** (1 / 6), about 0.109, make a half together.
  [0.109, { percent: 50, draws: 6 }, 'hit'],
  [0.11, { percent: 50, draws: 6 }, 'miss'],
] as const)
  test(`${drawn} is a ${truth} of ${JSON.stringify(options)}`, async () => {
    assert.equal((await answerOf(chance, options, { world: { chance: () => drawn } })).truth, truth)
  })

test('where nothing is left to chance it is unknown', async () => {
  assert.equal((await answerOf(chance, { percent: 50 }, {})).truth, 'unknown')
})
