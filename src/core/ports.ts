/**
 * Ports: the outside world as parameters. None has a default; production wires them in one place, tests in another.
 */
import type { DeliveryJob, DeliveryResult, DeliveryTarget } from './delivery.ts'
import type { LogLevel } from './effect.ts'

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** Calls back once after so many milliseconds of monotonic time. The answer cancels it. */
  after(milliseconds: number, callback: () => void): () => void
}

export const RECORD_TYPES = ['A', 'AAAA', 'MX', 'PTR', 'TXT', 'NS', 'CNAME'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

/** `none` is NXDOMAIN or no such record; `failed` is SERVFAIL, a time-out, or anything else that tells nothing. */
export type DnsAnswer =
  | { readonly kind: 'found'; readonly records: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly because: string }

export interface Resolver {
  /** Never rejects. MX records read `10 mx.example.org`; a TXT record's strings are joined. */
  resolve(name: string, type: RecordType): Promise<DnsAnswer>
}

/** Text files of a site: rules, lists, tests. */
export interface Files {
  /** Undefined when there is no such file. Rejects with a plain sentence for any other fault. */
  read(path: string): Promise<string | undefined>
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  write(level: LogLevel, fields: LogFields, text: string): void
}

/** Hands an accepted message to its target. Offline commands put a port here that delivers nothing. */
export type Carrier = (target: DeliveryTarget, job: DeliveryJob) => Promise<DeliveryResult>

/** Everything a rule may ask of the outside world while a session runs. */
export interface Ports {
  readonly clock: Clock
  readonly resolver: Resolver
  readonly log: Log
  readonly carry: Carrier
}
