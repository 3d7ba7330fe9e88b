/** The sources of a process: one of each, however many lists and rules name it. */
import type { KeyedSource, SourceAnswer, Sources } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { isLoadedWhole, type SourceSpec } from '../../core/source.ts'
import { OpenPool } from '../open-pool.ts'
import type { SourceWorld } from './driver.ts'
import { openSource } from './open-source.ts'

export interface SourcePool extends Sources {
  /** What the rules name from now on. Lists that are loaded whole are fetched. */
  use(sources: readonly SourceSpec[]): void
  /** How many are open. */
  open(): number
  close(): Promise<void>
}

export function sourcePool(world: SourceWorld, open = openSource): SourcePool {
  const pool = new OpenPool<SourceSpec, KeyedSource>(world.clock, (spec) => open(spec, world))
  return {
    lookup: async (spec, key): Promise<SourceAnswer> => {
      try {
        return await pool.with(spec, (source) => source.lookup(key))
      } catch (fault) {
        return { kind: 'failed', because: reasonOf(fault) }
      }
    },
    use: (sources) => pool.use(sources, sources.filter(isLoadedWhole)),
    open: () => pool.size,
    close: () => pool.close(),
  }
}
