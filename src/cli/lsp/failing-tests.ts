/** Tests in the files that somebody is writing: those that fail, found while nobody types. Nothing is asked of the network. */
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Diagnostic } from '../../language/diagnostic.ts'
import { TEST_FAILED, testComplaint } from '../../testing/report-findings.ts'
import { prepareTests, runTest, type TestEnvironment, type TestResult } from '../../testing/run-tests.ts'
import { offlineWorld } from '../offline.ts'

/** Of all open files together. */
export const MOST_TESTS = 200

export type FailedTest = Omit<Diagnostic, 'code'> & { readonly code: typeof TEST_FAILED }

type Around = Omit<TestEnvironment, 'world' | 'readMessage' | 'isWanted' | 'programs'>

/** Undefined when it was given up: between two tests, once `isOver` says so. */
export async function failingTests(
  paths: readonly string[],
  around: Around,
  isOver: () => boolean,
): Promise<readonly FailedTest[] | undefined> {
  const environment: TestEnvironment = {
    ...around,
    world: offlineWorld(),
    readMessage: readFile,
    isWanted: () => true,
    programs: new Map(),
  }
  const failed: FailedTest[] = []
  let left = MOST_TESTS
  for (const path of paths) {
    const text = await around.files.read(path)
    if (text === undefined || !/^(suite|tests):/m.test(text)) continue
    const { tests } = await prepareTests(path, text, environment)
    for (const test of tests.slice(0, left)) {
      await setImmediate()
      if (isOver()) return undefined
      const result = await runTest(test, environment)
      if (result.status === 'failed') failed.push(toFinding(result))
    }
    left = Math.max(0, left - tests.length)
  }
  return failed
}

function toFinding(result: TestResult): FailedTest {
  const { at, decided } = result
  return {
    ...at,
    code: TEST_FAILED,
    severity: 'error',
    message: testComplaint(result),
    labels: [],
    notes: decided === undefined ? [] : [decided],
    fixes: [],
  }
}
