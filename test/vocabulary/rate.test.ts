/** rate: counts by key, within a time, each rule for itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Store } from '../../src/core/ports.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { MemoryStore } from '../../src/ports/store/memory-store.ts'
import { rate } from '../../src/vocabulary/rate.ts'
import { findingLines, loadTexts, sound } from '../compiler/memory-site.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { contextAt } from '../support/hook-context.ts'
import { fakePorts, smtpConnection } from '../support/smtp-rig.ts'

const VOCABULARY = { matchers: new Map([['rate', rate]]), deliveries: new Map() }

interface Rig {
  readonly clock: FakeClock
  readonly connect: (ip: string, user?: string) => Promise<Outcome>
}

async function rig(rules: string, store?: Store): Promise<Rig> {
  const text = `plugin: house\nhooks:\n  connect:\n${rules}`
  const files = { 'postern.yaml': 'hostname: mx.example.org\nplugins: [./house.yaml]\n', 'house.yaml': text }
  const site = sound(await loadTexts(files, {}, VOCABULARY))
  const dispatch = createDispatcher(site.program, { deadline: 1000, trace: true })
  const clock = fakeClock()
  const ports = { ...fakePorts(), clock, store: store ?? new MemoryStore().at(clock) }
  return {
    clock,
    connect: async (ip, user) => {
      const env = new Map(user === undefined ? [] : [['WHO', user]])
      const connection = { ...smtpConnection(ip), env }
      return dispatch(contextAt('connect', { ports, connection }))
    },
  }
}

const RULE = `    - { id: often, match: { rate: { key: "\${remote_ip}", limit: 2, per: 1h } }, return: DENYSOFT, message: "\${rate.count} of \${rate.limit}" }\n`

describe('rate', () => {
  it('hits beyond its limit, and says how often', async () => {
    const { connect } = await rig(RULE)
    const codes = []
    for (let index = 0; index < 4; index += 1) codes.push((await connect('192.0.2.7')).verdict)
    assert.deepEqual(
      codes.map(({ code }) => code),
      ['DECLINED', 'DECLINED', 'DENYSOFT', 'DENYSOFT'],
    )
    assert.equal(codes.at(-1)?.message, '4 of 2')
  })
  it('counts each key for itself', async () => {
    const { connect } = await rig(RULE)
    for (let index = 0; index < 3; index += 1) await connect('192.0.2.7')
    assert.equal((await connect('192.0.2.8')).verdict.code, 'DECLINED')
  })
  it('counts a name once, however it is written', async () => {
    const { connect } = await rig(RULE.replace('remote_ip', 'env.WHO'))
    for (const user of ['ann', 'Ann', 'ANN']) await connect('192.0.2.7', user)
    assert.equal((await connect('192.0.2.7', 'aNN')).verdict.message, '4 of 2')
  })
  it('begins anew when its time is over, counted from the first', async () => {
    const { connect, clock } = await rig(RULE)
    await connect('192.0.2.7')
    clock.advance(3_599_999)
    await connect('192.0.2.7')
    assert.equal((await connect('192.0.2.7')).verdict.code, 'DENYSOFT')
    clock.advance(1)
    assert.equal((await connect('192.0.2.7')).verdict.code, 'DECLINED')
  })
  it('counts each rule for itself', async () => {
    const other = RULE.replace('often', 'again').replace('limit: 2', 'limit: 1')
    const { connect } = await rig(RULE + other)
    assert.equal((await connect('192.0.2.7')).verdict.code, 'DECLINED')
    const { verdict, by } = await connect('192.0.2.7')
    assert.deepEqual([verdict.code, by?.rule], ['DENYSOFT', 'again'])
  })
  it('does not count an empty key', async () => {
    const { connect } = await rig(RULE.replace('${remote_ip}', '${env.WHO}').replace('limit: 2', 'limit: 0'))
    const { verdict, trace } = await connect('192.0.2.7')
    assert.equal(verdict.code, 'DECLINED')
    assert.equal(trace?.[0]?.atoms[0]?.because, 'the key is empty')
    assert.equal((await connect('192.0.2.7', 'ann')).verdict.code, 'DENYSOFT')
  })
  it('keeps long keys short, and apart', async () => {
    const keys: string[] = []
    const count = async (key: string) => {
      keys.push(key)
      return { kind: 'done', value: 1 } as const
    }
    const fail = () => assert.fail('rate only counts')
    const { connect } = await rig(RULE.replace('${remote_ip}', '${env.WHO}'), {
      get: fail,
      putIfAbsent: fail,
      increment: count,
      close: fail,
    })
    await connect('192.0.2.7', 'a'.repeat(250))
    await connect('192.0.2.7', `${'a'.repeat(249)}b`)
    assert.equal(new Set(keys).size, 2)
    assert.ok(keys.every((key) => key.length < 120))
  })
  for (const [onUnknown, code] of [
    ['', 'DECLINED'],
    [', on_unknown: defer', 'DENYSOFT'],
    [', on_unknown: match', 'DENYSOFT'],
  ] as const)
    it(`row 74: is unknown when the store is away${onUnknown}: ${code}`, async () => {
      const away = async () => ({ kind: 'failed', because: 'it is away' }) as const
      const text = RULE.replace(', return', `${onUnknown}, return`)
      const { connect } = await rig(text, {
        get: away,
        putIfAbsent: away,
        increment: away,
        close: async () => undefined,
      })
      const { verdict, trace } = await connect('192.0.2.7')
      assert.equal(verdict.code, code)
      assert.equal(trace?.[0]?.atoms[0]?.truth, 'unknown')
      assert.equal(trace?.[0]?.atoms[0]?.because, 'the store: it is away')
    })
  it('wants a time that passes', async () => {
    const text = `plugin: house\nhooks:\n  connect:\n${RULE.replace('1h', '0s')}`
    const files = { 'postern.yaml': 'hostname: mx.example.org\nplugins: [./house.yaml]\n', 'house.yaml': text }
    const { report } = await loadTexts(files, {}, VOCABULARY)
    assert.match(findingLines(report).join('\n'), /CFG112 `rate`: `per` is a time that passes/)
  })
})
