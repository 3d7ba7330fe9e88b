/**
 * Sites that are configured in another program's words: read into the tree that a site file would be, with places in that
 * program's files. The tree is compiled as it is, or printed as a site file (`print-site.ts`).
 */
import type { Files } from '../../core/ports.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { MapNode } from '../../language/node.ts'
import type { Difference } from './differences.ts'
import type { Candidates } from './first-tests.ts'

/** The machine whose configuration is read. */
export interface Machine {
  /** Its name, where the configuration does not say one. */
  readonly hostname: string
  /** Names in a directory, sorted; undefined when it is none. */
  names(directory: string): Promise<readonly string[] | undefined>
}

export interface ForeignEnvironment {
  readonly files: Files
  readonly report: Report
  /** Texts of the files that were read, by path. */
  readonly sources: Map<string, string>
  /** Builtins by name. */
  readonly builtins: ReadonlyMap<string, string>
  readonly machine: Machine
  /** In which known ways the programs differ; those that apply are reported. */
  readonly differences?: readonly Difference[]
}

export interface ForeignSite {
  /** The site file's tree. */
  readonly root: MapNode
  /** Files that the site needs besides, such as rules and changed lists: texts by name, relative to the site's directory. */
  readonly copies: ReadonlyMap<string, string>
  /** What may be its first tests. */
  readonly tests?: Candidates
  /** Permissions of those of them that are not for everybody to read, whatever they are made from. */
  readonly modes?: ReadonlyMap<string, number>
  /** The files that each of them is made from: who may not read those may not read it. */
  readonly madeFrom?: ReadonlyMap<string, readonly string[]>
  /** Lines of the plugin list that have no entry. */
  readonly left: readonly LeftOut[]
}

export interface LeftOut {
  /** How many entries stand before it. */
  readonly before: number
  readonly text: string
}

/** Answers with undefined when there is nothing to read; that has been reported. */
export type ForeignReader = (path: string, environment: ForeignEnvironment) => Promise<ForeignSite | undefined>
