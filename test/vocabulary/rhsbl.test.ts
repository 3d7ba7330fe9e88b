import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unknown } from '../../src/core/truth.ts'
import type { ListProbe } from '../../src/core/ports.ts'
import { rhsbl } from '../../src/vocabulary/rhsbl.ts'
import { answerOf, ask } from './ask.ts'

const ZONES = { zones: ['rhs.example:%IP% says it is somebody else'] }
const LISTED = { 'bad.example.rhs.example A': ['127.0.1.2'] }

describe('rhsbl: hit', () => {
  test('the domain of the sender', async () => {
    assert.deepEqual(await answerOf(rhsbl, ZONES, { sender: 'a@BAD.example', dns: LISTED }), {
      truth: 'hit',
      because: 'bad.example.rhs.example is 127.0.1.2',
      found: { zone: 'rhs.example', address: '127.0.1.2', reason: '192.0.2.7 says it is somebody else' },
    })
  })

  test('the HELO name, however it is written', async () => {
    assert.equal((await answerOf(rhsbl, { ...ZONES, of: 'helo' }, { helo: 'Bad.Example.', dns: LISTED })).truth, 'hit')
  })

  test('the name of the client', async () => {
    const options = { ...ZONES, of: 'remote_host' }
    assert.equal((await answerOf(rhsbl, options, { host: 'bad.example', dns: LISTED })).truth, 'hit')
  })
})

describe('rhsbl: miss', () => {
  const silent = [
    ['the null sender', {}, { sender: '' }],
    ['no sender yet', {}, {}],
    ['an address literal', {}, { sender: 'a@[192.0.2.7]' }],
    ['a HELO that is no name', { of: 'helo' }, { helo: 'bad example' }],
    ['a HELO that is an address', { of: 'helo' }, { helo: '192.0.2.7' }],
    ['a client without a name', { of: 'remote_host' }, {}],
  ] as const
  for (const [text, options, situation] of silent)
    test(`${text}, and nobody is asked`, async () => {
      const { answer, resolver } = ask(rhsbl, { ...ZONES, ...options }, situation)
      assert.equal((await answer).truth, 'miss')
      assert.deepEqual(resolver.asked, [])
    })

  test('parents of the domain are not asked', async () => {
    const { answer, resolver } = ask(rhsbl, ZONES, { sender: 'a@mail.bad.example', dns: LISTED })
    assert.equal((await answer).truth, 'miss')
    assert.deepEqual(resolver.asked, ['mail.bad.example.rhs.example A'])
  })

  test('a name that is too long with the zone behind it is in no zone', async () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.org`
    const { answer, resolver } = ask(rhsbl, { ...ZONES, of: 'helo' }, { helo: long })
    assert.equal((await answer).truth, 'miss')
    assert.deepEqual(resolver.asked, [])
  })
})

describe('rhsbl: unknown', () => {
  test('the zone fails', async () => {
    const match = await answerOf(rhsbl, ZONES, {
      sender: 'a@x.example',
      dns: { 'x.example.rhs.example A': 'SERVFAIL' },
    })
    assert.deepEqual(match, { truth: 'unknown', because: 'rhs.example: SERVFAIL' })
  })

  test('the zone lists every domain', async () => {
    const dns = { 'spam.example.rhsbl.example A': ['127.0.0.2'] }
    const fault = async (zone: string, { never }: ListProbe): Promise<string> => `${zone} lists ${never}`
    const match = await answerOf(
      rhsbl,
      { zones: ['rhsbl.example'] },
      { sender: 'a@spam.example', dns, listHealth: { fault } },
    )
    assert.deepEqual(match, { truth: 'unknown', because: 'rhsbl.example: rhsbl.example lists invalid' })
  })

  test('the zone refuses to answer', async () => {
    const dns = { 'x.example.rhs.example A': ['127.255.255.254'] }
    assert.equal((await answerOf(rhsbl, ZONES, { sender: 'a@x.example', dns })).truth, 'unknown')
  })

  test('the name of the client could not be found out', async () => {
    const match = await answerOf(rhsbl, { ...ZONES, of: 'remote_host' }, { host: new Unknown('PTR: SERVFAIL') })
    assert.deepEqual(match, { truth: 'unknown', because: 'PTR: SERVFAIL' })
  })
})
