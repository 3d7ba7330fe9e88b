/**
 * Ports: the outside world as parameters. None has a default; production wires them in one place, tests in another.
 */
import type { DeliveryJob, DeliveryResult, DeliveryTarget } from './delivery.ts'
import type { LogLevel } from './effect.ts'
import type { MaybePromise } from './truth.ts'
import type { Match, MatcherWord } from './word.ts'

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

/** What every DNS list owes its users (RFC 5782 section 5), as names under its zone. */
export interface ListProbe {
  /** Stands in no list. Where it does, the list, or a resolver that invents answers, lists everybody. */
  readonly never: string
  /** Stands in every list. Where it does not, the list is dead, or may not be asked from here. */
  readonly always?: string
}

export interface ListHealth {
  /** Why what this zone lists does not count; undefined when nothing is known against it. Never rejects. */
  fault(zone: string, probe: ListProbe): Promise<string | undefined>
}

/** Text files of a site: rules, lists, tests. */
export interface Files {
  /**
   * Undefined when there is no such file. Rejects with a plain sentence for any other fault. Of a file with more than
   * `most` octets the rest may be left out.
   */
  read(path: string, most?: number): Promise<string | undefined>
  /** The same in pieces, for files of millions of lines; absent where files are small. */
  pieces?(path: string): Promise<TextPieces | undefined>
}

/** Whole lines each, in order. To be gone through once; rejects on the way with a plain sentence, as reading does. */
export interface TextPieces extends AsyncIterable<string> {
  readonly octets: number
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface LogLine {
  readonly level: LogLevel
  readonly fields: LogFields
  readonly text: string
}

export interface Log {
  write(level: LogLevel, fields: LogFields, text: string): void
}

/**
 * What a source outside knows about one key: a directory, a database, a web service. `values` has at least one; an entry
 * without a value of its own has `''`.
 */
export type SourceAnswer =
  | { readonly kind: 'found'; readonly values: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly because: string }

/** A list or policy that is asked key by key and not loaded whole. */
export interface KeyedSource {
  /** Never rejects, and is bounded in time by itself. The key is data: it is no part of a query, a filter or a path. */
  lookup(key: string): Promise<SourceAnswer>
  close(): Promise<void>
}

/** Octets that nobody can foresee. */
export interface Entropy {
  bytes(count: number): Buffer
  /** A secret of 32 octets. Processes that serve the same clients have the same one. */
  readonly key: Buffer
}

/** Room on disk for what is too big for memory. */
export interface Spool {
  /** For one transaction. Nothing is made before it is asked for. */
  begin(): SpoolRoom
}

/** Files for plugins and scanners, which nobody else can read, and which are gone when the transaction ends. */
export interface TemporaryFiles {
  /** Path of a new, empty file. Rejects when there is no room. */
  file(): Promise<string>
  /** Path of a new, empty directory. Rejects when there is no room. */
  directory(): Promise<string>
}

export interface SpoolRoom extends TemporaryFiles {
  /** Rejects when there is no room. */
  store(): Promise<SpoolFile>
  /** Takes everything away, if there is anything. Never rejects. */
  end(): MaybePromise<void>
}

export interface SpoolFile {
  /** Adds to the end; one at a time. Rejects when there is no room, and then the file is of no use any more. */
  append(octets: Uint8Array): Promise<void>
  read(): AsyncIterable<Uint8Array>
}

/** Hands an accepted message to its target. Offline commands put a port here that delivers nothing. */
export type Carrier = (target: DeliveryTarget, job: DeliveryJob) => Promise<DeliveryResult>

/** Everything a rule may ask of the outside world while a session runs. */
export interface Ports {
  readonly clock: Clock
  readonly resolver: Resolver
  readonly log: Log
  readonly carry: Carrier
  /** What a word answers where the world is not there to be asked. Undefined: it asks by itself, or through these ports. */
  readonly answerFor?: (word: Pick<MatcherWord, 'name' | 'outside'>) => Match | undefined
  /** Absent where answers come from a table: what stands there is believed. */
  readonly listHealth?: ListHealth
  /** Within a transaction of a server. */
  readonly temporary?: TemporaryFiles
}
