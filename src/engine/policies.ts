/**
 * Finds the policy of a recipient: asks the source for one key after the other, reads what it answers, and keeps what is in
 * use.
 *
 * Whoever has a policy that does not load has the default, and the log says so. What is kept is asked for anew after a
 * while, so that a change needs no restart; of what did not change nothing is read again. Memory is bounded, and what
 * strangers made us look for counts too.
 */
import type { Address } from '../core/address.ts'
import {
  noPolicy,
  type Policies,
  type Policy,
  type PolicyKey,
  policyKeys,
  type PolicyPlan,
  type PolicySource,
  recipientPolicy,
  type RecipientPolicy,
} from '../core/policy.ts'
import type { Clock, Log } from '../core/ports.ts'
import { andThen, type MaybePromise } from '../core/truth.ts'

export interface PolicyOptions {
  readonly plan: Pick<PolicyPlan, 'fallback' | 'read' | 'refresh'>
  readonly source: PolicySource
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Octets that may be kept. */
  readonly memory: number
}

/** What is known about a key. */
interface Known {
  readonly readAt: number
  readonly text: string | undefined
  readonly found: Policy | 'none' | 'broken'
}

/** About what is kept in memory, in octets, measured with bench/policies.ts: of any key, of a policy, and for an octet of its text. */
const COST = { key: 512, policy: 8192, octet: 6 } as const

export class PolicyShelf implements Policies {
  readonly #options: PolicyOptions
  /** The least recently used first. */
  readonly #known = new Map<string, Known>()
  readonly #asked = new Map<string, Promise<Known>>()
  #octets = 0

  constructor(options: PolicyOptions) {
    this.#options = options
  }

  /** Octets kept, as `memory` counts them. */
  get octets(): number {
    return this.#octets
  }

  find(recipient: Address): MaybePromise<RecipientPolicy> {
    return this.#first(policyKeys(recipient), 0)
  }

  #first(keys: readonly PolicyKey[], from: number): MaybePromise<RecipientPolicy> {
    const next = keys[from]
    if (!next) return this.#fallback('nothing more particular is there')
    return andThen(this.#look(next.key), ({ found }) => {
      if (found === 'none') return this.#first(keys, from + 1)
      if (found === 'broken') return this.#fallback(`the policy ${next.key} does not load`)
      return recipientPolicy(found, this.#about(next))
    })
  }

  /** The default of the site as it was loaded stands in for one that has been broken since. */
  #fallback(because: string): MaybePromise<RecipientPolicy> {
    const { fallback } = this.#options.plan
    if (!fallback) return noPolicy()
    return andThen(this.#look(fallback.key), ({ found }) =>
      recipientPolicy(typeof found === 'string' ? fallback.policy : found, this.#about({ key: fallback.key, because })),
    )
  }

  #about({ key, because }: PolicyKey): Required<PolicyKey> & { readonly at: string } {
    return { key, because, at: this.#options.source.placeOf(key) }
  }

  #look(key: string): MaybePromise<Known> {
    const known = this.#known.get(key)
    if (!known || this.#options.clock.now() - known.readAt >= this.#options.plan.refresh) return this.#ask(key)
    this.#known.delete(key)
    this.#known.set(key, known)
    return known
  }

  /** Once for all who want to know at the same time. */
  #ask(key: string): Promise<Known> {
    const asked = this.#asked.get(key) ?? this.#read(key).finally(() => this.#asked.delete(key))
    this.#asked.set(key, asked)
    return asked
  }

  async #read(key: string): Promise<Known> {
    const { source, clock } = this.#options
    const answer = await source.lookup(key)
    const before = this.#known.get(key)
    const readAt = clock.now()
    if (answer.kind === 'failed') return this.#keep(key, { readAt, ...this.#broken(key, [answer.because]) })
    const text = answer.kind === 'none' ? undefined : (answer.values[0] ?? '')
    if (before && text !== undefined && before.text === text) return this.#keep(key, { ...before, readAt })
    return this.#keep(key, text === undefined ? { readAt, text, found: 'none' } : { readAt, ...this.#parse(key, text) })
  }

  #parse(key: string, text: string): Omit<Known, 'readAt'> {
    const read = this.#options.plan.read(text, this.#options.source.placeOf(key))
    return read.ok ? { text, found: read.policy } : { ...this.#broken(key, read.faults), text }
  }

  #broken(key: string, faults: readonly string[]): Omit<Known, 'readAt'> {
    const { log, source, plan } = this.#options
    const fields = { policy: key, at: source.placeOf(key), because: faults.join('; '), instead: plan.fallback?.key }
    log.write('error', fields, 'a policy does not load: its recipients have the default')
    return { text: undefined, found: 'broken' }
  }

  #keep(key: string, known: Known): Known {
    this.#forget(key)
    this.#known.set(key, known)
    this.#octets += weightOf(key, known)
    for (const [oldest] of this.#known) {
      if (this.#octets <= this.#options.memory || oldest === key) break
      this.#forget(oldest)
    }
    return known
  }

  #forget(key: string): void {
    const known = this.#known.get(key)
    if (!known) return
    this.#known.delete(key)
    this.#octets -= weightOf(key, known)
  }
}

function weightOf(key: string, { text = '', found }: Known): number {
  const own = typeof found === 'string' ? text.length : COST.policy + text.length * COST.octet
  return COST.key + key.length + own
}
