/** What sessions of a test find in place of the world: lists outside, deliveries. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSource } from '../../src/core/source.ts'
import { fixtureSources } from '../../src/testing/fixture-sources.ts'
import { offlinePorts } from '../../src/testing/offline-ports.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { runTexts } from './memory-tests.ts'

describe('a list outside', () => {
  const spec = readSource({ url: 'redis://store.example/0', kind: 'address', directory: '/site' })

  it('holds what the table says, and nothing else', async () => {
    const missing: string[] = []
    const sources = fixtureSources({ [spec.shown]: { 'Ann@example.org': 'vip' } }, (entry) => missing.push(entry))
    assert.deepEqual(await sources.lookup(spec, 'ann@example.org'), { kind: 'found', values: ['vip'] })
    assert.deepEqual(await sources.lookup(spec, 'eve@example.org'), { kind: 'none' })
    assert.deepEqual(missing, [])
  })

  it('may fail, and one that is not in the table is missing', async () => {
    const missing = new Array<string>()
    const failing = fixtureSources({ [spec.shown]: 'FAILED' }, (entry) => missing.push(entry))
    assert.equal((await failing.lookup(spec, 'a')).kind, 'failed')
    assert.equal(missing.length, 0)
    assert.equal((await fixtureSources({}, (entry) => missing.push(entry)).lookup(spec, 'a')).kind, 'failed')
    assert.deepEqual(missing, [`"${spec.shown}": { "a": "" }`])
  })

  it('that a test does not give fails it, and says what to type', async () => {
    const text = `plugin: house
lists: { vips: { file: "redis://store.example/0", of: address } }
hooks: { mail: [{ id: vip, match: { sender: { in_list: vips } }, return: OK }] }
tests:
  - { name: a, given: { sender: a@b.example }, expect: { hook: mail } }
  - { name: b, given: { sender: a@b.example, sources: { "${spec.shown}": { a@b.example: "" } } }, expect: { hook: mail, rule: vip } }
`
    const { results, diagnostics } = await runTexts('/site/house.yaml', { '/site/house.yaml': text })
    assert.deepEqual(diagnostics, [])
    assert.deepEqual(
      results.map(({ name, status, problems }) => [name, status, ...problems]),
      [
        [
          'a',
          'failed',
          `a list outside was asked: add \`sources: { "${spec.shown}": { "a@b.example": "" } }\` to \`given\``,
        ],
        ['b', 'passed'],
      ],
    )
  })
})

describe('a delivery', () => {
  it('ends as the session says', async () => {
    const kinds: string[] = []
    for (const delivery of [undefined, 'delivered', 'deferred', 'refused'] as const) {
      const record: SessionRecord = delivery === undefined ? {} : { delivery }
      const { carry } = offlinePorts(record, {
        clock: fakeClock(),
        log: { write: () => undefined },
        onMissingDns: () => ({ kind: 'none' }),
        onMissingAnswer: () => undefined,
      })
      const target = { name: 'maildir:/x', deliver: () => assert.fail('nothing is delivered') }
      kinds.push((await carry(target, {} as Parameters<typeof carry>[1])).kind)
    }
    assert.deepEqual(kinds, ['delivered', 'delivered', 'deferred', 'refused'])
  })
})
