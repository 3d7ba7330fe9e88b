/**
 * Judges one test: walks its sessions through the rules in one offline world, and compares what happened with what is
 * expected.
 */
import { resolve } from 'node:path'
import { defaultLimits } from '../core/limits.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Clock, Log, Ports } from '../core/ports.ts'
import type { PolicyPlan } from '../core/policy.ts'
import type { Program } from '../core/program.ts'
import { createDispatcher } from '../engine/dispatch.ts'
import { compare, type Mismatch } from './compare.ts'
import { MemoryStore } from '../ports/store/memory-store.ts'
import { neverAsked } from './never-asked.ts'
import { offlinePolicies, type PolicyWorld } from './offline-policies.ts'
import { offlinePorts, type OfflineWorld } from './offline-ports.ts'
import { type SessionRecord, timeOf } from './session-record.ts'
import { compareSnapshots, type Snapshot, snapshotOf } from './snapshot.ts'
import type { Expectation, Step, TestCase } from './test-case.ts'
import { decidedBy, reasonsOf } from './test-reasons.ts'
import { walk, type Walked } from './walk.ts'

/** What a test runs in. */
export interface Stage {
  readonly program: Program
  /** What policies may say, and where those of the site are. */
  readonly policies?: PolicyPlan | undefined
  readonly openPolicies?: PolicyWorld['open']
  readonly hostname: string
  /** One plugin alone. */
  readonly isolated: boolean
  /** What names of message files are relative to. */
  readonly directory: string
  readonly world: { readonly clock: Clock; readonly log: Log }
  readonly readMessage: (path: string) => Promise<Buffer>
  /** Words that a test may answer for; others are typing errors, unless a plugin brings them. */
  readonly words: ReadonlySet<string>
}

export interface Judged {
  readonly holds: boolean
  readonly mismatches: readonly Mismatch[]
  /** What was asked of the world and not given, rules that were never asked. */
  readonly problems: readonly string[]
  readonly decided?: string
  readonly because: readonly string[]
  /** Of all sessions, and of what plugins did at `deny` and `ok`. */
  readonly outcomes: readonly Outcome[]
  /** What was decided, where the test is compared with a snapshot. */
  readonly snapshot?: Snapshot
}

/** Undefined: nothing was stored so far. */
export type Stored = Snapshot | undefined | 'not compared'

/** The time of a test that does not say: the same in every run. */
const DEFAULT_NOW = Date.UTC(2026, 0, 1, 12)

/** Throws an Error with a plain sentence when the record cannot be a session. */
export async function judge(test: TestCase, stage: Stage, stored: Stored): Promise<Judged> {
  const sessions: Session[] = []
  const store = new MemoryStore()
  for (const step of test.steps) sessions.push(await run({ step, test, store }, stage))
  const outcomes = sessions.flatMap((session) => session.outcomes)
  const expected = test.steps.flatMap(({ expect }) => expect)
  const snapshot = sessions.flatMap(({ step, walked }) => snapshotOf(step, walked))
  const wrong = sessions.flatMap((session) => wrongIn(session, expected.length > 1))
  const mismatches = [...wrong.flatMap((one) => one.mismatches), ...(test.snapshot ? differs(snapshot, stored) : [])]
  const problems = [
    ...new Set(sessions.flatMap(({ missing }) => missing)),
    ...neverAsked(expected, outcomes, stage.program),
    ...(test.snapshot && stored === undefined ? [NOT_STORED] : []),
  ]
  return {
    holds: mismatches.length === 0 && problems.length === 0,
    mismatches,
    problems,
    outcomes,
    ...reasons(wrong[0], sessions, mismatches.length + problems.length > 0),
    ...(test.snapshot && { snapshot }),
  }
}

const NOT_STORED = 'there is no snapshot of it yet: `postern test --update-snapshots` writes one'

function differs(snapshot: Snapshot, stored: Stored): readonly Mismatch[] {
  return typeof stored === 'object' ? compareSnapshots(stored, snapshot) : []
}

/** One step that was walked. */
interface Session {
  readonly step: Step
  readonly walked: Walked
  readonly outcomes: readonly Outcome[]
  readonly missing: readonly string[]
}

interface Turn {
  readonly step: Step
  readonly test: TestCase
  readonly store: MemoryStore
}

async function run(turn: Turn, stage: Stage): Promise<Session> {
  const { step } = turn
  const { given } = step
  const missing: string[] = []
  const told: Outcome[] = []
  const ports = portsOf(turn, stage, missing)
  const asked = new Set<string>(stage.words)
  const answerFor: Ports['answerFor'] = (word) => {
    asked.add(word.name)
    return ports.answerFor?.(word)
  }
  const walked = await walk(given, {
    dispatch: createDispatcher(stage.program, { ...OPTIONS, onTold: (one) => told.push(one) }),
    hostname: stage.hostname,
    isolated: stage.isolated,
    message: given.message === undefined ? undefined : await stage.readMessage(resolve(stage.directory, given.message)),
    ports: { ...ports, answerFor },
    policies: policiesOf(turn, stage, ports),
    split: stage.program.split,
  })
  const strangers = Object.keys(given.answers ?? {}).filter((word) => !asked.has(word))
  return { step, walked, outcomes: [...walked.outcomes, ...told], missing: [...missing, ...strangers.map(noSuchWord)] }
}

const OPTIONS = { deadline: defaultLimits().handler_deadline, trace: true }

function portsOf({ step, test, store }: Turn, { world }: Stage, missing: string[]): Ports {
  return offlinePorts(recordAt(step, test), { ...world, ...noting(missing), store })
}

/**
 * The session of a step with the time at which it is held, which stands still during a session. A step that says the time
 * itself is not counted from the start.
 */
export function recordAt({ given, at }: Step, { steps }: Pick<TestCase, 'steps'>): SessionRecord {
  const now = timeOf(given, DEFAULT_NOW) + (given.now === steps[0]?.given.now ? at : 0)
  return { ...given, now: new Date(now).toISOString() }
}

function policiesOf({ step }: Turn, stage: Stage, ports: Ports): ReturnType<typeof offlinePolicies> {
  return offlinePolicies(step.given, { plan: stage.policies, open: stage.openPolicies, ...ports })
}

/** What a test does not answer is unknown to the rules, and a failure of the test. */
function noting(missing: string[]): Omit<OfflineWorld, 'clock' | 'log' | 'store'> {
  return {
    onMissingDns: (question) => {
      missing.push(`DNS was asked for \`${question}\`, which the test does not answer: add it to \`given.dns\``)
      return { kind: 'failed', because: 'not in the test' }
    },
    onMissingSource: (entry) => missing.push(`a list outside was asked: add \`sources: { ${entry} }\` to \`given\``),
    onMissingQuestion: (entry) => missing.push(`somebody outside was asked: add \`${entry}\` to \`given\``),
    onMissingAnswer: (word) =>
      missing.push(
        `\`${word}\` was asked, and nobody is there to answer: add \`answers: { ${word}: hit }\` to \`given\``,
      ),
  }
}

function noSuchWord(word: string): string {
  return `\`given.answers\` has \`${word}\`, and there is no such word; \`postern list words\` shows them`
}

interface Wrong {
  readonly fields: Expectation
  readonly walked: Walked
  readonly mismatches: readonly Mismatch[]
}

function wrongIn({ step, walked }: Session, isOneOfMany: boolean): readonly Wrong[] {
  return step.expect.flatMap((fields) => {
    const mismatches = compare(fields, walked)
    if (mismatches.length === 0) return []
    const { decided } = decidedBy(fields, walked)
    const about = [step.label, decided].filter((part) => part !== undefined).join(', ')
    return [{ fields, walked, mismatches: isOneOfMany ? mismatches.map((one) => ({ ...one, about })) : mismatches }]
  })
}

/** Of the first thing that is wrong; where only something is missing, of how the last session ended. */
function reasons(
  wrong: Wrong | undefined,
  sessions: readonly Session[],
  isNeeded: boolean,
): Pick<Judged, 'decided' | 'because'> {
  const last = sessions.at(-1)
  const about = wrong ?? (last && { fields: {}, walked: last.walked })
  if (!isNeeded || !about) return { because: [] }
  return { because: reasonsOf(about.fields, about.walked), ...decidedBy(about.fields, about.walked) }
}
