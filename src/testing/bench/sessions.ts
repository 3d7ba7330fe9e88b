/**
 * Sessions for a bench: each can be had again and again, in a world of its own that answers from what was written down. So
 * what rules ask outside costs nothing, and what was not written down is unknown to them.
 */
import { createHash } from 'node:crypto'
import type { PolicyPlan } from '../../core/policy.ts'
import { MemoryStore } from '../../ports/store/memory-store.ts'
import { recordAt } from '../judge.ts'
import { offlinePolicies, type PolicyWorld } from '../offline-policies.ts'
import { type OfflineWorld, offlinePorts } from '../offline-ports.ts'
import { type Judges, type LoggedDecision, walkRecorded } from '../replay.ts'
import type { SessionRecord } from '../session-record.ts'
import type { TestCase } from '../test-case.ts'
import { walk } from '../walk.ts'

export type OnMissing = (what: string) => void

export interface BenchJudges extends Judges {
  readonly plan?: PolicyPlan | undefined
}

export interface BenchSession {
  /** Equal where the same is asked. */
  readonly digest: string
  /** Rejects with a plain sentence where the record cannot be a session. */
  readonly walk: (judges: BenchJudges, onMissing: OnMissing) => Promise<unknown>
}

/** A record, with the content of its `message` file. */
export interface BenchVisit {
  readonly record: SessionRecord
  readonly message: Buffer | undefined
}

/** Visits one after the other share what is remembered between sessions, as the steps of a test do. */
export function benchSession(visits: readonly BenchVisit[], open: PolicyWorld['open']): BenchSession {
  return {
    digest: digestOf(visits.map(({ record, message }) => [record, message && digestOf(message.toString('base64'))])),
    walk: async (judges, onMissing) => {
      const store = new MemoryStore()
      for (const visit of visits) await walkVisit(visit, judges, { store, onMissing, open })
    },
  }
}

export function visitsOf(test: TestCase): readonly SessionRecord[] {
  return test.steps.map((step) => recordAt(step, test))
}

/** A line of a decision log, with all recipients of its transaction. */
export function recordedSession(line: LoggedDecision): BenchSession {
  return { digest: digestOf(line.facts), walk: (judges, onMissing) => walkRecorded(line, judges, onMissing) }
}

/** Of a whole set, in its order. */
export function digestOfSessions(sessions: readonly BenchSession[]): string {
  return digestOf(sessions.map(({ digest }) => digest)).slice(0, 16)
}

interface Around {
  readonly store: MemoryStore
  readonly onMissing: OnMissing
  readonly open: PolicyWorld['open']
}

async function walkVisit({ record, message }: BenchVisit, judges: BenchJudges, around: Around): Promise<void> {
  const { dispatch, hostname, split, plan, policies, world } = judges
  // Those of the site's own files are remembered from session to session, as a server does.
  const isOwn = plan?.source !== undefined || Object.keys(record.policies ?? {}).length > 0
  const ports = offlinePorts(record, { ...world, ...missingFor(around.onMissing), store: around.store })
  await walk(record, {
    dispatch,
    hostname,
    split,
    isolated: false,
    message,
    ports,
    policies: isOwn ? offlinePolicies(record, { plan, open: around.open, ...ports }) : policies,
  })
}

function missingFor(onMissing: OnMissing): Omit<OfflineWorld, 'clock' | 'log' | 'store'> {
  return {
    onMissingDns: (question) => {
      onMissing(`DNS ${question}`)
      return { kind: 'failed', because: 'not in the session' }
    },
    onMissingAnswer: onMissing,
    onMissingSource: onMissing,
    onMissingQuestion: onMissing,
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
