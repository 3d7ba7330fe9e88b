/** The language, said in cases: test/compiler/cases holds a file for each topic. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { Truth } from '../../src/core/truth.ts'
import { compare } from '../../src/testing/compare.ts'
import { mergeRecords, type SessionRecord } from '../../src/testing/session-record.ts'
import type { Expectation } from '../../src/testing/test-case.ts'
import { type Case, type CaseFile, type Condition, readCaseFile } from './case-file.ts'
import { loadTexts, sound, tell, type Told } from './memory-site.ts'

const CASES = new URL('cases/', import.meta.url)

/** A session that reaches every hook. */
const WHOLE: SessionRecord = {
  remote_ip: '192.0.2.7',
  helo: 'client.example',
  sender: 'a@example.net',
  rcpt: 'x@example.org',
  headers: [['Subject', 'hi']],
  body: 'Hello',
}

const ONE_PLUGIN = 'hostname: mx.example.org\nplugins: [./plugin.yaml]\n'

for (const name of readdirSync(CASES).toSorted()) {
  const file = readCaseFile(new URL(name, CASES).pathname)
  describe(file.topic, () => {
    for (const condition of file.conditions ?? []) judge(condition, { ...WHOLE, ...file.given })
    for (const one of file.cases ?? []) it(one.name, () => run(one, file))
  })
}

function judge(condition: Condition, given: SessionRecord): void {
  for (const truth of ['hit', 'miss', 'unknown'] as const)
    for (const session of condition[truth] ?? [])
      it(`${said(condition)}: ${truth} for ${JSON.stringify(session)}`, async () => {
        assert.equal(await truthOf(condition, { ...given, ...session }), truth)
      })
}

function said({ match, unless }: Condition): string {
  return `${JSON.stringify(match)}${unless === undefined ? '' : ` unless ${JSON.stringify(unless)}`}`
}

async function truthOf({ match, unless, at = 'data_post' }: Condition, session: SessionRecord): Promise<Truth> {
  const rule = { id: 'asked', match, ...(unless !== undefined && { unless }), log: 'asked' }
  const plugin = JSON.stringify({ plugin: 'one', hooks: { [at]: [rule] } })
  const site = sound(await loadTexts({ 'postern.yaml': ONE_PLUGIN, 'plugin.yaml': plugin }))
  const { decisions } = await tell(site, session)
  const [trace] = decisions.flatMap((decision) => (decision.hook === at ? decision.trace : []))
  assert.ok(trace, `the session does not reach ${at}`)
  return trace.truth
}

async function run({ plugin, site = ONE_PLUGIN, files, given = {}, expect = [], ...rest }: Case, file: CaseFile) {
  const texts = { 'postern.yaml': site, ...(plugin !== undefined && { 'plugin.yaml': plugin }), ...files }
  const loaded = sound(await loadTexts(texts))
  const base = mergeRecords(WHOLE, file.given ?? {})
  const sessions = rest.sessions ?? [{ given, expect }]
  for (const session of sessions) {
    const told = await tell(loaded, mergeRecords(base, session.given))
    for (const one of listOf(session.expect)) assert.deepEqual(compare(one, told), [])
    checkRest(rest, told)
  }
  assert.ok(
    sessions.some((one) => listOf(one.expect).length > 0) || rest.logs || rest.waits || rest.asked,
    'expects nothing',
  )
}

function listOf(expect: Expectation | readonly Expectation[]): readonly Expectation[] {
  return Array.isArray(expect) ? expect : [expect as Expectation]
}

function checkRest({ logs, waits, asked }: Pick<Case, 'logs' | 'waits' | 'asked'>, told: Told): void {
  if (logs)
    assert.deepEqual(
      told.log.map(({ level, text }) => `${level} ${text}`),
      logs,
    )
  if (asked)
    assert.deepEqual(
      told.decisions.flatMap(({ hook, trace }) => trace.map(({ plugin, rule }) => `${hook} ${plugin}/${rule}`)),
      asked,
    )
  if (waits)
    assert.deepEqual(
      Object.fromEntries(told.outcomes.flatMap(({ hook, delay }) => (delay > 0 ? [[hook, delay]] : []))),
      { ...waits },
    )
}
