/** Sessions for `postern bench`: of tests, of a file, or of decision logs. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { MapNode } from '../../language/node.ts'
import { benchSession, type BenchSession, recordedSession, visitsOf } from '../../testing/bench/sessions.ts'
import { Envelopes, isReplayable, type LoggedDecision } from '../../testing/replay.ts'
import { prepareTests, type PreparedTest } from '../../testing/run-tests.ts'
import type { SessionRecord } from '../../testing/session-record.ts'
import { targetOf } from '../../testing/untested/tests-of.ts'
import { CommandError } from '../exit-code.ts'
import { findYaml } from '../find-files.ts'
import type { OpenSite } from '../open-site.ts'
import { readLog } from './read-log.ts'
import { readSessions } from './read-sessions.ts'
import { builtinFiles, compileEnvironment, policySource } from '../wiring.ts'

export interface SessionSource {
  readonly session?: string
  readonly log?: readonly string[]
}

export interface FoundSessions {
  readonly sessions: readonly BenchSession[]
  /** Where they are from, for people. */
  readonly from: string
  /** There are more than are measured. */
  readonly isCut: boolean
}

/** Each is held many times: more of them say little more. */
const MOST_SESSIONS = 1000

/** `path`: the site file. */
export async function sessionsFor(
  path: string,
  site: OpenSite,
  { session, log }: SessionSource,
): Promise<FoundSessions> {
  const [all, from] =
    session !== undefined
      ? [await ofFile(session), session]
      : log
        ? [await ofLogs(log), log.join(', ')]
        : [await ofTests(path, site), 'its tests']
  return { sessions: all.slice(0, MOST_SESSIONS), from, isCut: all.length > MOST_SESSIONS }
}

async function ofFile(file: string): Promise<readonly BenchSession[]> {
  const records = await readSessions({ session: file })
  return Promise.all(records.map((record) => opened([record], file === '-' ? '.' : dirname(file))))
}

async function opened(records: readonly SessionRecord[], directory: string): Promise<BenchSession> {
  const visits = records.map(async (record) => ({ record, message: await messageOf(record, directory) }))
  return benchSession(await Promise.all(visits), policySource)
}

async function messageOf({ message }: SessionRecord, directory: string): Promise<Buffer | undefined> {
  if (message === undefined) return undefined
  const path = resolve(directory, message)
  return readFile(path).catch(() => {
    throw new CommandError(`${path} cannot be read`)
  })
}

/** Of each transaction the line that knows most of it, which is the last; of sessions without one, theirs. */
async function ofLogs(logs: readonly string[]): Promise<readonly BenchSession[]> {
  const last = new Map<string, LoggedDecision>()
  const envelopes = new Envelopes()
  for await (const one of readLog(logs)) {
    const line = envelopes.complete(one)
    if (!isReplayable(line.hook)) continue
    const { transaction, connection = line.id } = line
    if (transaction !== undefined) last.delete(connection)
    const key = transaction ?? connection
    if (last.has(key) || last.size <= MOST_SESSIONS) last.set(key, line)
  }
  return [...last.values()].map(recordedSession)
}

/** Suites of the site; without any, the tests of its own plugins. */
async function ofTests(path: string, { plugins }: OpenSite): Promise<readonly BenchSession[]> {
  const builtins = builtinFiles()
  const shipped = new Set(builtins.values())
  const own = plugins.map((plugin) => plugin.path).filter((one) => !shipped.has(one))
  const tests = await testsBelow(dirname(path), [path, ...own], builtins)
  const ofSite = tests.filter(({ target }) => target === path)
  return Promise.all(
    (ofSite.length > 0 ? ofSite : tests).map(({ test, subject }) => opened(visitsOf(test), subject.directory)),
  )
}

interface TargetedTest extends PreparedTest {
  readonly target: string
}

async function testsBelow(
  directory: string,
  targets: readonly string[],
  builtins: ReadonlyMap<string, string>,
): Promise<readonly TargetedTest[]> {
  const environment = { files: compileEnvironment().files, trees: new Map<string, MapNode>() }
  const found: TargetedTest[] = []
  for (const file of new Set([...(await findYaml([directory])), ...targets])) {
    const text = await environment.files.read(file)
    if (text === undefined || !/^(suite|tests):/m.test(text)) continue
    const { tests } = await prepareTests(file, text, environment)
    const root = environment.trees.get(file)
    const target = root && targetOf({ path: file, root }, builtins)
    if (target === undefined || !targets.includes(target)) continue
    found.push(...tests.filter(({ test }) => test.skip === undefined).map((one) => ({ ...one, target })))
  }
  return found
}
