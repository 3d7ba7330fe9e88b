/**
 * What loading a site asks of the world, and what it leaves behind for its caller.
 *
 * A server, `check`, tests and editors differ here and nowhere else: what one of them cannot or need not know is absent.
 */
import type { PolicySource } from '../core/policy.ts'
import type { Files } from '../core/ports.ts'
import type { Question } from '../core/question.ts'
import type { StorePlace } from '../core/site.ts'
import type { SourceSpec } from '../core/source.ts'
import type { TlsSettings } from '../core/net/tls.ts'
import type { Diagnostic, Report } from '../language/diagnostic.ts'
import type { MapNode } from '../language/node.ts'
import type { ForeignReader, Machine } from './import/foreign.ts'
import type { IndexedFile } from './lists/index-list-file.ts'

/** A list file with what was found in it. */
export interface KnownList {
  readonly list: IndexedFile
  readonly findings: readonly Diagnostic[]
}

export interface LoadEnvironment {
  readonly files: Files
  readonly report: Report
  /** Text of every YAML file read, by path. */
  readonly sources: Map<string, string>
  /** Trees of YAML files that need not be read again, by path; what is read is added. */
  readonly trees?: Map<string, MapNode>
  /** Builtins by name. */
  readonly builtins: ReadonlyMap<string, string>
  /** Lets others have their turn while a long list is read; without it nobody else waits. */
  readonly breathe?: () => Promise<void>
  /** List files that need not be indexed again, by path and kind; what is indexed is added. */
  readonly indexed?: Map<string, KnownList>
  /** Digests of the list files read, by path. */
  readonly lists?: Map<string, string>
  /** Lists outside that are named, by their id. */
  readonly outside?: Map<string, SourceSpec>
  /** What is wrong with a list outside, as far as it can be said without asking it. */
  readonly sourceFault?: (source: SourceSpec) => string | undefined
  /** The same of what a word asks outside. */
  readonly questionFault?: (question: Question) => string | undefined
  /** Names of the files in a directory, to tell a misspelt one; none where it is not there. */
  readonly namesIn?: (directory: string) => Promise<readonly string[]>
  /** What is wrong with the URL of the store, as far as it can be said without opening it. */
  readonly storeFault?: (store: StorePlace) => string | undefined
  /** Milliseconds since the epoch; without it nobody asks whether certificates are valid now, or trials over. */
  readonly now?: () => number
  /** Told of each moment at which what is reported changes: milliseconds since the epoch. */
  readonly turnsAt?: (time: number) => void
  /** What is wrong with these settings as a whole, to those who would use them. */
  readonly tlsFault?: (settings: TlsSettings) => string | undefined
  /** Policies in a directory, of so many octets at most; without it nobody looks for the default one. */
  readonly policySource?: (directory: string, mostOctets: number) => PolicySource
  /** Nobody is going to serve: keys and certificates need not be on this machine. */
  readonly offline?: boolean
  /** Where sites that another program is configured with are read. */
  readonly machine?: Machine
  /** Reads the site, whatever its file is called. */
  readonly foreign?: ForeignReader
}
