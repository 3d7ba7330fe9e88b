/**
 * Ports for commands that must not touch the world: DNS and words from tables, the clock where the record says, nothing
 * delivered.
 */
import type { DeliveryResult } from '../core/delivery.ts'
import type { Clock, DnsAnswer, Log, Ports } from '../core/ports.ts'
import type { MaybePromise } from '../core/truth.ts'
import { fakeAnswers } from './fake-answers.ts'
import { fixtureQuestions } from './fixture-questions.ts'
import { fixtureResolver } from './fixture-resolver.ts'
import { fixtureSources, type OnMissingSource } from './fixture-sources.ts'
import { MemoryStore } from '../ports/store/memory-store.ts'
import { type SessionRecord, timeOf } from './session-record.ts'

export interface OfflineWorld {
  /** For deadlines, and for the time when the record does not say. */
  readonly clock: Clock
  readonly log: Log
  /** What a DNS question means that the record does not answer. */
  readonly onMissingDns: (question: string) => MaybePromise<DnsAnswer>
  /** Hears of a word that would ask the world, and whose answer the record does not say; it is unknown. */
  readonly onMissingAnswer: (word: string) => void
  /** Hears of a list outside that the record does not give. */
  readonly onMissingSource?: OnMissingSource
  /** Hears of a question to a database, a directory or a web service that the record does not answer, as what to write there. */
  readonly onMissingQuestion?: (entry: string) => void
  /** What earlier sessions left behind. */
  readonly store?: MemoryStore
}

export function offlinePorts(
  record: SessionRecord,
  {
    clock: real,
    log,
    onMissingDns,
    onMissingAnswer,
    onMissingSource,
    onMissingQuestion,
    store = new MemoryStore(),
  }: OfflineWorld,
): Ports {
  const now = timeOf(record, real.now())
  const clock: Clock = { now: () => now, after: (milliseconds, callback) => real.after(milliseconds, callback) }
  return {
    clock,
    resolver: fixtureResolver(record.dns ?? {}, onMissingDns),
    log,
    carry: async ({ name }) => deliveryOf(record, name),
    answerFor: fakeAnswers(record.answers ?? {}, onMissingAnswer),
    sources: fixtureSources(record.sources ?? {}, (entry, source) => onMissingSource?.(entry, source)),
    questions: fixtureQuestions(record, (entry) => onMissingQuestion?.(entry)),
    store: store.at(clock),
  }
}

function deliveryOf({ delivery: kind = 'delivered' }: SessionRecord, target: string): DeliveryResult {
  const text = {
    delivered: `Queued by ${target}`,
    deferred: `${target} cannot take it now`,
    refused: `${target} refused it`,
  }
  return { kind, text: `${text[kind]} (nothing was delivered: offline)` }
}
