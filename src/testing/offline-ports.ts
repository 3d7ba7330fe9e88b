/** Ports for commands that must not touch the world: DNS and words from tables, the clock where the record says, nothing delivered. */
import type { DeliveryResult } from '../core/delivery.ts'
import type { Clock, DnsAnswer, Log, Ports } from '../core/ports.ts'
import { fakeAnswers } from './fake-answers.ts'
import { fixtureResolver } from './fixture-resolver.ts'
import { type SessionRecord, timeOf } from './session-record.ts'

export interface OfflineWorld {
  /** For deadlines, and for the time when the record does not say. */
  readonly clock: Clock
  readonly log: Log
  /** What a DNS question means that the record does not answer. */
  readonly onMissingDns: (question: string) => DnsAnswer
  /** Hears of a word that would ask the world, and whose answer the record does not say; it is unknown. */
  readonly onMissingAnswer: (word: string) => void
}

export function offlinePorts(
  record: SessionRecord,
  { clock, log, onMissingDns, onMissingAnswer }: OfflineWorld,
): Ports {
  const now = timeOf(record, clock.now())
  return {
    clock: { now: () => now, after: (milliseconds, callback) => clock.after(milliseconds, callback) },
    resolver: fixtureResolver(record.dns ?? {}, onMissingDns),
    log,
    carry: async ({ name }) => deliveryOf(record, name),
    answerFor: fakeAnswers(record, onMissingAnswer),
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
