/** The language, said in cases: test/compiler/cases holds a file for each topic. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Truth } from '../../src/core/truth.ts'
import { compare } from '../../src/testing/compare.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import {
  type Case,
  type CaseFile,
  caseFiles,
  type Condition,
  ONE_PLUGIN,
  sessionsOf,
  textsOf,
  WHOLE,
} from './case-file.ts'
import { loadTexts, sound, tell, type Told } from './memory-site.ts'

for (const file of caseFiles()) {
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

async function run(one: Case, file: CaseFile): Promise<void> {
  const site = sound(await loadTexts(textsOf(one)))
  const sessions = sessionsOf(one, file)
  for (const { given, expect } of sessions) {
    const told = await tell(site, given)
    for (const expected of expect) assert.deepEqual(compare(expected, told), [])
    checkRest(one, told)
  }
  const expectsMore = one.logs ?? one.waits ?? one.asked
  assert.ok(expectsMore ?? sessions.every(({ expect }) => expect.length > 0), 'the case expects nothing')
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
