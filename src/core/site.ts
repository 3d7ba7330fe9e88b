/** A site as the server needs it: compiled once, never changed, replaced whole at reload. */
import type { Limits } from './limits.ts'
import type { PolicyPlan } from './policy.ts'
import type { Program } from './program.ts'
import type { Service } from './service.ts'
import type { SourceSpec } from './source.ts'

export interface Listener {
  /** What rules see as `listener`. */
  readonly name: string
  readonly address: string
  /** 0 asks the system for a free port. */
  readonly port: number
  /** A unix socket instead. Who comes in there counts as coming from `address`. */
  readonly unix?: UnixSocket | undefined
}

/** Where small state is kept that sessions share. */
export interface StorePlace {
  /** `memory:`, `sqlite:FILE`, `redis://…` */
  readonly url: string
  /** What names of files are relative to. */
  readonly directory: string
}

export interface UnixSocket {
  readonly path: string
  /** Who may connect, as of a file. */
  readonly permissions: number
}

export interface Site {
  /** Our own name: greeting, Received, bare postmaster. */
  readonly hostname: string
  readonly listeners: readonly Listener[]
  /** How listeners serve, by name; one that is not there serves plain SMTP. Holds private keys. */
  readonly services?: ReadonlyMap<string, Service>
  readonly limits: Limits
  readonly program: Program
  /** Absent where rules know no policies. */
  readonly policies?: PolicyPlan
}

/** Everything outside that a site asks key by key. */
export function sourcesOf({ program, policies }: Pick<Site, 'program' | 'policies'>): readonly SourceSpec[] {
  return [...(program.sources ?? []), ...(policies?.source ? [policies.source] : [])]
}
