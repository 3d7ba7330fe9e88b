/**
 * The sources of a process: one of each, however many lists and rules name it, and however often the site is loaded again.
 *
 * After a reload those that no rule names any more are closed when nobody has asked for a while: sessions that began
 * before finish on the rules they began with.
 */
import type { KeyedSource, SourceAnswer, Sources } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { isLoadedWhole, type SourceSpec } from '../../core/source.ts'
import type { SourceWorld } from './driver.ts'
import { openSource } from './open-source.ts'

export interface SourcePool extends Sources {
  /** What the rules name from now on. Lists that are loaded whole are fetched. */
  use(sources: readonly SourceSpec[]): void
  /** How many are open. */
  open(): number
  close(): Promise<void>
}

/** Milliseconds without a question after which a source that is not wanted any more is closed. */
const GRACE = 60_000

interface Open {
  readonly source: KeyedSource
  asked: number
  cancel: (() => void) | undefined
}

export function sourcePool(world: SourceWorld, open = openSource): SourcePool {
  return new Pool(world, open)
}

class Pool implements SourcePool {
  readonly #world: SourceWorld
  readonly #openSource: typeof openSource
  readonly #open = new Map<string, Open>()
  #wanted: ReadonlySet<string> = new Set()

  constructor(world: SourceWorld, open: typeof openSource) {
    this.#world = world
    this.#openSource = open
  }

  async lookup(spec: SourceSpec, key: string): Promise<SourceAnswer> {
    try {
      return await this.#ask(this.#get(spec), spec, key)
    } catch (fault) {
      return { kind: 'failed', because: reasonOf(fault) }
    }
  }

  use(sources: readonly SourceSpec[]): void {
    this.#wanted = new Set(sources.map(({ id }) => id))
    for (const spec of sources) if (isLoadedWhole(spec)) this.#tryOpen(spec)
    for (const id of this.#open.keys()) this.#retire(id)
  }

  open(): number {
    return this.#open.size
  }

  async close(): Promise<void> {
    const all = [...this.#open.keys()]
    await Promise.all(all.map((id) => this.#close(id)))
  }

  async #ask(open: Open, { id }: SourceSpec, key: string): Promise<SourceAnswer> {
    open.asked += 1
    try {
      return await open.source.lookup(key)
    } finally {
      open.asked -= 1
      this.#retire(id)
    }
  }

  #tryOpen(spec: SourceSpec): void {
    try {
      this.#get(spec)
    } catch {
      // Whoever asks is told why.
    }
  }

  #get(spec: SourceSpec): Open {
    const known = this.#open.get(spec.id)
    if (known) return known
    const open = { source: this.#openSource(spec, this.#world), asked: 0, cancel: undefined }
    this.#open.set(spec.id, open)
    return open
  }

  /** In a while, unless it is wanted or asked until then. */
  #retire(id: string): void {
    const open = this.#open.get(id)
    if (!open) return
    open.cancel?.()
    open.cancel = undefined
    if (this.#wanted.has(id) || open.asked > 0) return
    open.cancel = this.#world.clock.after(GRACE, () => {
      if (open.asked === 0) void this.#close(id)
    })
  }

  async #close(id: string): Promise<void> {
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.cancel?.()
    await open?.source.close()
  }
}
