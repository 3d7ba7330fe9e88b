/** Files of tests that are texts, run as `postern test` would. */
import assert from 'node:assert/strict'
import { runTestFile, type TestedFile, type TestEnvironment } from '../../src/testing/run-tests.ts'
import { MATCHERS } from '../../src/vocabulary/index.ts'
import { fakeClock } from '../support/fake-clock.ts'

export type Texts = Readonly<Record<string, string>>

export function runTexts(path: string, texts: Texts, more: Partial<TestEnvironment> = {}): Promise<TestedFile> {
  return runTestFile(path, texts[path] ?? '', { ...memoryEnvironment(texts), ...more })
}

export function memoryEnvironment(texts: Texts): TestEnvironment {
  return {
    builtins: new Map(),
    vocabulary: { matchers: new Map(MATCHERS.map((word) => [word.name, word])), deliveries: new Map() },
    files: { read: async (name) => texts[name] },
    importModule: () => assert.fail('nothing is imported here'),
    world: { clock: fakeClock(), log: { write: () => undefined } },
    readMessage: async (name) => Buffer.from(texts[name] ?? assert.fail(`${name} is asked for`)),
    isWanted: () => true,
  }
}
