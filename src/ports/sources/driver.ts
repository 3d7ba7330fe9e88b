/** What each kind of source has to bring: a reading of its URL, and a way to ask for one key. */
import type { Chance, Clock, Log, Resolver } from '../../core/ports.ts'
import type { SourceSpec } from '../../core/source.ts'
import type { SharedLinks } from '../shared-links.ts'

/** What sources use of the world. */
export interface SourceWorld {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly resolver: Resolver
  /** Connections that lists share. */
  readonly links: SharedLinks
  /** Variables of the environment, for passwords. */
  readonly env: (name: string) => string | undefined
}

export interface Asking {
  /** Undefined when nothing stands there. Rejects with a short sentence when nobody can say; ends soon when aborted. */
  ask(key: string, signal: AbortSignal): Promise<readonly string[] | undefined>
  close(): Promise<void>
  /** The file that a key is found in, where each has one. */
  placeOf?(key: string): string | undefined
}

export interface Driver {
  /** Names that may stand behind the `#`, besides `timeout`. */
  readonly parameters: readonly string[]
  /** Asks nobody. Throws an Error with a plain sentence that does not repeat the URL. */
  read(source: SourceSpec): (world: SourceWorld) => Asking
}

/** Values that one key may have; of more the rest is left out. */
export const MOST_VALUES = 100
