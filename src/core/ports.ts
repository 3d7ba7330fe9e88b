/**
 * Ports: the outside world as parameters. None has a default; production wires them in one place, tests in another.
 */
import type { DeliveryJob, DeliveryResult, DeliveryTarget } from './delivery.ts'
import type { LogLevel } from './effect.ts'
import type { Asked, Question, QuestionAnswer } from './question.ts'
import type { Connection, Endpoint } from './session.ts'
import type { SourceSpec } from './source.ts'
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
  /** A transaction or a session has ended: lines held back for that (`when`) go out now, or never. Absent where none are. */
  settle?(connection: string, ending: LogEnding): void
}

export interface LogEnding {
  /** The client heard a refusal since the last time. */
  readonly refused: boolean
  /** With a transaction, or with the session. */
  readonly of: 'transaction' | 'session'
}

/**
 * What a source outside knows about one key: a directory, a database, a web service. `values` has at least one; an entry
 * without a value of its own has `''`.
 */
export type SourceAnswer =
  /** `at`: the file it was found in, where there is one for each key. */
  | { readonly kind: 'found'; readonly values: readonly string[]; readonly at?: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly because: string }

/** A list or policy that is asked key by key and not loaded whole. */
export interface KeyedSource {
  /** Never rejects, and is bounded in time by itself. The key is data: it is no part of a query, a filter or a path. */
  lookup(key: string): Promise<SourceAnswer>
  close(): Promise<void>
}

/** All sources outside that rules name: each is opened when it is first asked, and shared by all who name it. */
export interface Sources {
  /** Never rejects, and is bounded in time by itself. */
  lookup(source: SourceSpec, key: string): Promise<SourceAnswer>
}

/** Databases, directories and web services that words ask about several facts. */
export interface Questions {
  /** Never rejects, and is bounded in time by itself. A session that asks again soon gets the same answer. */
  ask(question: Question, asked: Asked, session: Connection): Promise<QuestionAnswer>
}

export type StoreAnswer<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly because: string }

/**
 * Small state that sessions share: with the other processes of this machine, or with other machines.
 *
 * Keys and values are texts. An entry is forgotten when its time is over, in milliseconds from when it was made; where the
 * wall clock jumps back it is forgotten too. Nothing here rejects, and everything is bounded in time.
 */
export interface Store {
  get(key: string): Promise<StoreAnswer<string | undefined>>
  /** Answers with what stands there afterwards: the value given, or the one that was there before. */
  putIfAbsent(key: string, value: string, milliseconds: number): Promise<StoreAnswer<string>>
  /** Adds to a number, which begins with 0, and answers with the sum. Its time runs from the first one on. */
  increment(key: string, by: number, milliseconds: number): Promise<StoreAnswer<number>>
  close(): Promise<void>
}

/** Octets that nobody can foresee. */
export interface Entropy {
  bytes(count: number): Buffer
  /** A secret of 32 octets. Processes that serve the same clients have the same one. */
  readonly key: Buffer
}

/** What a client sends before it is its turn: before the greeting, or before the 354 of DATA. */
export interface EarlyInput {
  /** Whether there is any, or will be within so many milliseconds: settles as soon as there is. Never rejects. */
  within(milliseconds: number): Promise<boolean>
}

/** A number, 0 or more and less than 1. Not for secrets: that is `Entropy`. */
export type Chance = () => number

/** Load average of this machine over the last minute; undefined where it is not measured. */
export type LoadAverage = () => number | undefined

/** What GeoIP databases know about an address. What a database does not say is absent. */
export interface GeoFacts {
  /** ISO 3166-1 code in upper case: `CH`. */
  readonly country?: string
  readonly countryName?: string
  /** `AF AN AS EU NA OC SA` */
  readonly continent?: string
  readonly city?: string
  /** Without `AS`. */
  readonly asn?: number
  readonly organization?: string
  /** How the client hides, as databases of anonymous addresses name it: `anonymous`, `hosting_provider`, `tor_exit_node`. */
  readonly anonymous?: readonly string[]
  /** Degrees. */
  readonly latitude?: number
  readonly longitude?: number
}

export interface GeoIp {
  /** Undefined when this file has nothing about the address. Rejects with a plain sentence when it cannot be read. */
  find(file: string, ip: string): Promise<GeoFacts | undefined>
}

export interface P0fQuestion {
  /** Path of p0f's socket. */
  readonly socket: string
  readonly version: 2 | 3
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly milliseconds: number
}

/** What p0f makes of the packets of a client. What it does not know is absent. */
export interface Fingerprint {
  /** Name and flavour of the system: `Windows XP`. */
  readonly genre?: string
  readonly detail?: string
  /** `Ethernet or modem` */
  readonly link?: string
  /** Hops. */
  readonly distance?: number
  /** Hours. */
  readonly uptime?: number
}

export interface P0f {
  /** Undefined when p0f has not seen the client. Rejects with a plain sentence when there is no answer. */
  ask(question: P0fQuestion): Promise<Fingerprint | undefined>
}

export interface ProgramUse {
  /** Absolute path. */
  readonly program: string
  readonly arguments: readonly string[]
  /** For its standard input, or for `file`. */
  readonly input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** An empty file that is given the input; the standard input is empty then. */
  readonly file?: string
  /** Stops it when it aborts. */
  readonly signal?: AbortSignal
  readonly milliseconds: number
  /** Octets of output after which it is stopped. */
  readonly mostOutput: number
}

export type ProgramAnswer =
  | { readonly kind: 'exit'; readonly code: number; readonly output: string }
  /** It took too long, said too much, crashed, or is not there. */
  | { readonly kind: 'failed'; readonly because: string }

/** Runs a program without a shell, in a process group of its own that is killed as one. Never rejects. */
export type RunProgram = (use: ProgramUse) => Promise<ProgramAnswer>

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
  /** Offline: what the session says that a word answers. Undefined where the word is to ask for itself. */
  readonly answerFor?: (word: Pick<MatcherWord, 'name' | 'outside'>) => Match | undefined
  /** Absent where DNS answers come from a table, as in tests: these lists are not tried first. */
  readonly listHealth?: ListHealth
  /** Within a transaction of a server. */
  readonly temporary?: TemporaryFiles
  /** Absent where nothing outside can be asked: what stands there is unknown then. */
  readonly sources?: Sources
  readonly questions?: Questions
  /** Absent where nothing is remembered between sessions. */
  readonly store?: Store
  /** Within a session that a client holds with us. */
  readonly earlyInput?: EarlyInput
  readonly chance?: Chance
  readonly loadAverage?: LoadAverage
  readonly geoip?: GeoIp
  readonly p0f?: P0f
  readonly run?: RunProgram
}
