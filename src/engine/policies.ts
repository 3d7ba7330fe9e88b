/**
 * Finds the policy of a recipient: asks the source for one key after the other, reads what it answers, and keeps what is in
 * use.
 *
 * Whoever has a policy that does not load has the default, and the log says so. Where the source is away, which policy holds
 * is unknown, unless the site has the default hold then. What is kept is asked for anew after a while, so that a change needs
 * no restart; of what did not change nothing is read again. Memory is bounded, and what strangers made us look for counts too.
 */
import type { Address } from '../core/mail/address.ts'
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
  unknownPolicy,
} from '../core/policy.ts'
import type { Clock, Log, SourceAnswer } from '../core/ports.ts'
import { andThen, type MaybePromise } from '../core/truth.ts'

export interface PolicyOptions {
  readonly plan: Pick<PolicyPlan, 'fallback' | 'onUnknown' | 'read' | 'refresh'>
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
  readonly found: Policy | 'none' | 'broken' | 'unknown'
}

/** What is not known is asked for again this soon, in milliseconds: nobody is made to wait longer than the source is away. */
const UNKNOWN_FOR = 1000

type Judged = Pick<Known, 'text' | 'found'>

/**
 * About what is kept in memory, in octets, measured with bench/policies.ts: of any key, of a policy, and for an octet
 * of its text.
 */
const COST = { key: 512, policy: 8192, octet: 6 } as const

export class PolicyShelf implements Policies {
  readonly #options: PolicyOptions
  /** The least recently used first. */
  readonly #known = new Map<string, Known>()
  readonly #asked = new Map<string, Promise<Known>>()
  #octets = 0
  /** The default as it was known last. */
  #standby: Policy | undefined

  constructor(options: PolicyOptions) {
    this.#options = options
    this.#standby = options.plan.fallback?.policy
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
      if (found === 'unknown') return this.#unknown(next.key)
      if (found === 'broken') return this.#fallback(`the policy ${next.key} does not load`)
      return recipientPolicy(found, this.#about(next))
    })
  }

  #unknown(key: string): MaybePromise<RecipientPolicy> {
    const because = `nobody can say now whether there is a policy ${key}`
    return this.#options.plan.onUnknown === 'default'
      ? this.#fallback(because)
      : unknownPolicy(because, this.#options.source.placeOf(key))
  }

  /** The default as it was known last stands in for one that is broken or gone since. */
  #fallback(because: string): MaybePromise<RecipientPolicy> {
    const { fallback, onUnknown } = this.#options.plan
    if (!fallback) return noPolicy()
    return andThen(this.#look(fallback.key), ({ found }) => {
      const isAway = found === 'unknown' && onUnknown !== 'default'
      const policy = typeof found === 'string' ? this.#standby : found
      if (isAway || !policy) return this.#noDefault(fallback.key)
      this.#standby = policy
      return recipientPolicy(policy, this.#about({ key: fallback.key, because }))
    })
  }

  #noDefault(key: string): RecipientPolicy {
    return unknownPolicy(`the default policy ${key} is not known`, this.#options.source.placeOf(key))
  }

  #about({ key, because }: PolicyKey): Required<PolicyKey> & { readonly at: string } {
    return { key, because, at: this.#options.source.placeOf(key) }
  }

  #look(key: string): MaybePromise<Known> {
    const known = this.#known.get(key)
    if (!known || this.#options.clock.now() - known.readAt >= this.#freshFor(known)) return this.#ask(key)
    this.#known.delete(key)
    this.#known.set(key, known)
    return known
  }

  #freshFor({ found }: Known): number {
    const { refresh } = this.#options.plan
    return found === 'unknown' ? Math.min(UNKNOWN_FOR, refresh) : refresh
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
    return this.#keep(key, { ...this.#judge(key, answer, before), readAt })
  }

  #judge(key: string, answer: SourceAnswer, before: Known | undefined): Judged {
    const { onUnknown } = this.#options.plan
    if (answer.kind === 'none') return { text: undefined, found: 'none' }
    if (answer.kind === 'failed') return onUnknown ? this.#away(key, answer.because) : this.#broken(key, answer.because)
    const [text = '', ...others] = answer.values
    if (before?.text === text && others.length === 0) return before
    if (others.length > 0) return this.#broken(key, 'it is there more than once')
    return text === '' ? this.#broken(key, 'it is empty') : this.#parse(key, text)
  }

  #parse(key: string, text: string): Judged {
    const read = this.#options.plan.read(text, this.#options.source.placeOf(key))
    return read.ok ? { text, found: read.policy } : { ...this.#broken(key, read.faults.join('; ')), text }
  }

  #broken(key: string, because: string): Judged {
    const { log, source, plan } = this.#options
    const fields = { policy: key, at: source.placeOf(key), because, instead: plan.fallback?.key }
    log.write('error', fields, 'a policy does not load: its recipients have the default')
    return { text: undefined, found: 'broken' }
  }

  #away(key: string, because: string): Judged {
    const { log, source, plan } = this.#options
    const fields = { policy: key, at: source.placeOf(key), because, on_unknown: plan.onUnknown }
    log.write('error', fields, 'a policy is unknown: its source does not answer')
    return { text: undefined, found: 'unknown' }
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
