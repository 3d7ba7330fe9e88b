/** Ports for commands that must not touch the world: DNS from a table, the clock where the record says, nothing delivered. */
import type { Clock, DnsAnswer, Log, Ports } from '../core/ports.ts'
import { fixtureResolver } from './fixture-resolver.ts'
import { type SessionRecord, timeOf } from './session-record.ts'

export interface OfflineWorld {
  /** For deadlines, and for the time when the record does not say. */
  readonly clock: Clock
  readonly log: Log
  /** What a DNS question means that the record does not answer. */
  readonly onMissingDns: (question: string) => DnsAnswer
}

export function offlinePorts(record: SessionRecord, { clock, log, onMissingDns }: OfflineWorld): Ports {
  const now = timeOf(record, clock.now())
  return {
    clock: { now: () => now, after: (milliseconds, callback) => clock.after(milliseconds, callback) },
    resolver: fixtureResolver(record.dns ?? {}, onMissingDns),
    log,
    carry: async ({ name }) => ({ kind: 'delivered', text: `Queued by ${name} (nothing was delivered: offline)` }),
  }
}
