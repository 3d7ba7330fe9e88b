/** On which sites relaying is a question: who comes in by which listener, and whether mail can go on. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { analyse } from '../../../src/compiler/analysis/index.ts'
import { Report } from '../../../src/language/diagnostic.ts'
import { VOCABULARY } from '../../../src/cli/wiring.ts'
import { findingLine, loadTexts } from '../memory-site.ts'

const POLICY = '{ name: policy, address: 192.0.2.1, port: 10031, protocol: policy }'
const MILTER = '{ name: milter, address: 192.0.2.1, port: 10032, protocol: milter }'
const MX = '{ name: mx, address: 192.0.2.1, port: 25 }'
const TRIAL = '{ name: trial, address: 127.0.0.1, port: 2525 }'

const OPEN =
  'open.yaml:4:13 FLW510 anybody may relay through this server: `all` says OK to recipients that are not ours'

interface Wanted {
  readonly listen: readonly string[]
  readonly scope?: string
  readonly deliver?: readonly string[]
}

/** A site that says OK to everybody. */
async function findings({ listen, scope = '', deliver = [] }: Wanted): Promise<readonly string[]> {
  const {
    site,
    outline,
    report: loaded,
  } = await loadTexts(
    {
      'postern.yaml': [
        'hostname: mx.example.org',
        `listen: [${listen.join(', ')}]`,
        `plugins: [{ use: ./open.yaml${scope} }, ./queue.yaml]`,
      ].join('\n'),
      'open.yaml': 'plugin: open\nhooks:\n  rcpt:\n    - { id: all, match: always, return: OK }\n',
      'queue.yaml': [
        'plugin: queue',
        ...(deliver.length > 0 ? ['hooks:', '  queue:'] : []),
        ...deliver.map((target, index) => `    - { id: to-${index}, match: always, deliver: ${target} }`),
      ].join('\n'),
    },
    {},
    VOCABULARY,
  )
  const { services, listeners } = site ?? assert.fail(loaded.sorted().map(findingLine).join('\n'))
  const report = new Report()
  if (outline) analyse({ outline, services, listeners, isOurs: () => false }, report)
  return report
    .sorted()
    .filter(({ code }) => code.startsWith('FLW51'))
    .map(findingLine)
}

describe('a site that says OK to everybody', () => {
  it('relays where strangers reach it', async () => {
    assert.deepEqual(await findings({ listen: [MX] }), [OPEN])
    assert.deepEqual(await findings({ listen: [MX, POLICY] }), [OPEN])
  })

  it('relays nothing where another mail server asks, and decides', async () => {
    assert.deepEqual(await findings({ listen: [POLICY] }), [])
    assert.deepEqual(await findings({ listen: [POLICY, MILTER] }), [])
  })

  it('relays nothing where it says so to another mail server alone', async () => {
    assert.deepEqual(await findings({ listen: [MX, POLICY], scope: ', match: { listener: policy }' }), [])
    assert.deepEqual(await findings({ listen: [MX, POLICY], scope: ', unless: { listener: policy }' }), [OPEN])
  })

  it('is looked at on trial too, whoever else asks', async () => {
    assert.deepEqual(await findings({ listen: [TRIAL] }), [OPEN])
    assert.deepEqual(await findings({ listen: [TRIAL, POLICY] }), [OPEN])
    assert.deepEqual(await findings({ listen: [TRIAL, MX], scope: ', match: { listener: trial }' }), [])
  })

  it('relays nothing where all is thrown away', async () => {
    const [discard, maildir] = ['{ discard: {} }', '{ maildir: { path: mail } }']
    assert.deepEqual(await findings({ listen: [MX], deliver: [discard] }), [])
    assert.deepEqual(await findings({ listen: [MX], deliver: [maildir] }), [OPEN])
    assert.deepEqual(await findings({ listen: [MX], deliver: [discard, maildir] }), [OPEN])
  })
})
