import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { P0f, P0fQuestion } from '../../src/core/ports.ts'
import { p0f } from '../../src/vocabulary/p0f.ts'
import { answerOf } from './ask.ts'

test('what p0f has seen is found, and it is asked about this connection', async () => {
  const asked: P0fQuestion[] = []
  const port: P0f = {
    async ask(question) {
      asked.push(question)
      return { genre: 'Windows XP', distance: 0 }
    },
  }
  const { truth, found } = await answerOf(
    p0f,
    { socket: '/p0f', version: 2, local_ip: '10.0.0.1' },
    { world: { p0f: port } },
  )
  assert.equal(truth, 'hit')
  assert.deepEqual(found, { genre: 'Windows XP', distance: '0' })
  assert.deepEqual(asked, [
    {
      socket: '/p0f',
      version: 2,
      remote: { ip: '192.0.2.7', port: 50_000 },
      local: { ip: '10.0.0.1', port: 25 },
      milliseconds: 3000,
    },
  ])
})

test('a client it has not seen is a miss', async () => {
  assert.equal(
    (await answerOf(p0f, { socket: '/p0f' }, { world: { p0f: { ask: async () => undefined } } })).truth,
    'miss',
  )
})

test('no answer has the rule say what that means', async () => {
  const silent = { p0f: { ask: () => Promise.reject(new Error('p0f did not answer')) } }
  await assert.rejects(answerOf(p0f, { socket: '/p0f' }, { world: silent }), /did not answer/)
  await assert.rejects(answerOf(p0f, { socket: '/p0f' }, {}), /no p0f/)
})

test('an address that is none is refused', () => {
  assert.throws(() => answerOf(p0f, { socket: '/p0f', local_ip: 'here' }, {}), /is no IP address/)
})
