/** Registers the tests of a YAML file (a plugin's own, or a suite's) with node:test, one for one. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { test } from 'node:test'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import { runTestFile, type TestResult } from '../../src/testing/run-tests.ts'
import { fakeClock } from './fake-clock.ts'

/** A finding against the file is a failed test, and so is a file without tests where there are rules to test. */
export async function registerPolicyTests(path: string, hasRules = true): Promise<void> {
  const { report: _report, sources: _sources, ...environment } = compileEnvironment()
  const { results, diagnostics } = await runTestFile(path, await readFile(path, 'utf8'), {
    ...environment,
    world: { clock: fakeClock(), log: { write: () => undefined } },
    readMessage: readFile,
    isWanted: () => true,
  })
  test(`${basename(path)} has ${hasRules ? 'tests' : 'nothing to test'} and no findings`, () => {
    assert.deepEqual(diagnostics, [])
    assert.equal(results.length > 0, hasRules)
  })
  for (const result of results) {
    const skip = result.status === 'skipped' && (result.reason ?? true)
    test(`${result.suite}: ${result.name}`, { skip }, () => assert.ok(result.passed, why(result)))
  }
}

function why({ at, mismatches, problems, because }: TestResult): string {
  const lines = [
    `${at.file}:${at.range.start.line}`,
    ...mismatches.map(({ field, expected, actual }) => `${field}: expected ${expected}, got ${actual}`),
    ...problems,
    ...because,
  ]
  return lines.join('\n')
}
