/**
 * What facts can be on one site: without TLS nothing is encrypted, where nobody can log in nobody has, and a listener has
 * one of the names in `listen`. FLW505 is about rules that wait for anything else.
 */
import type { Service } from '../../core/service.ts'
import type { Finding } from '../../language/diagnostic.ts'
import { suggest } from '../../language/suggest.ts'
import { type AskedRule, conditionOf } from './asked-rule.ts'
import { type Ask, asksIn, sessionsWith } from './formula.ts'
import type { World } from './product.ts'
import { TextSet } from './text-set.ts'
import { emptyLike, intersect, type ValueSet, valuesIn } from './value-set.ts'

export interface SiteFacts {
  /** By name; empty for rules without a site. */
  readonly services: ReadonlyMap<string, Service>
  /** Whether a plugin answers the hook `auth`. */
  readonly answersAuth: boolean
}

/** Why a fact is never there; undefined when it may be. */
type Absence = (fact: string, hook: string) => string | undefined

const ONLY_AT: readonly (readonly [prefix: string, hooks: readonly string[]])[] = [
  ['attempt.', ['auth']],
  ['decided.', ['deny', 'ok']],
  ['logged.', ['logging']],
]

function outsideItsHook(fact: string, hook: string): string | undefined {
  const [, hooks] = ONLY_AT.find(([prefix]) => fact.startsWith(prefix)) ?? []
  if (!hooks || hook === '' || hooks.includes(hook)) return undefined
  return `it is known only at ${hooks.map((one) => `\`${one}\``).join(' and ')}`
}

function absences({ services, answersAuth }: SiteFacts): Absence {
  const all = [...services.values()]
  if (all.length === 0) return outsideItsHook
  const hasTls = all.some(({ tls }) => tls.mode !== 'none')
  const isTold = all.some(({ xclient }) => xclient !== undefined)
  const takesLogins = isTold || (answersAuth && all.some(({ offer }) => offer.auth !== undefined))
  return (fact, hook) => {
    if (!hasTls && fact.startsWith('tls.')) return 'no listener of this site speaks TLS'
    if (!takesLogins && fact.startsWith('auth.')) return 'nobody can log in on this site'
    if (fact.startsWith('proxy.') && all.every(({ proxies }) => !proxies)) return 'no listener has a `proxy` in front'
    if (fact.startsWith('xforward.') && all.every(({ xforward }) => !xforward)) return 'no listener takes XFORWARD'
    return outsideItsHook(fact, hook)
  }
}

/** The name of a fact without its moment, and the hook of it. */
function partsOf(fact: string): readonly [name: string, hook: string] {
  const [name = '', moment = ''] = fact.split('@')
  return [name, moment.split('#', 1)[0] ?? '']
}

export class SiteWorld {
  readonly #world: World
  readonly #absence: Absence
  readonly #listeners: readonly string[]
  readonly #isClear: boolean

  constructor(facts: SiteFacts, world: World) {
    this.#world = world
    this.#absence = absences(facts)
    this.#listeners = [...facts.services.keys()]
    this.#isClear = this.#listeners.length > 0 && [...facts.services.values()].every(({ tls }) => tls.mode === 'none')
  }

  readonly world: World = (fact) => this.narrowed(fact, this.#world(fact))

  /** What of these values there can be. */
  narrowed(fact: string, set: ValueSet): ValueSet {
    const narrower = this.#narrower(fact, set)
    return narrower ? intersect(set, narrower) : set
  }

  #narrower(fact: string, set: ValueSet): ValueSet | undefined {
    const [name, hook] = partsOf(fact)
    if (name === 'listener' && this.#listeners.length > 0)
      return valuesIn(TextSet.of(this.#listeners.map((one) => one.toLowerCase())))
    if (name === 'tls' && this.#isClear) return valuesIn(TextSet.of(['false']))
    return this.#absence(name, hook) === undefined ? undefined : { ...set, region: emptyLike(set.region) }
  }

  /** Rules that wait for what never comes, and names of listeners that do not exist. */
  findings(rule: AskedRule): readonly Finding[] {
    const named = [rule.scope, rule.match, ...(rule.unless ? [rule.unless] : [])].flatMap(asksIn)
    const unknown = named.flatMap((ask) => this.#unknownListeners(ask))
    if (unknown.length > 0) return unknown
    const left = sessionsWith(conditionOf(rule), 'hit', { world: this.world, basis: 'certain' })
    if (left?.length !== 0) return []
    const culprit = named.find((ask) => this.#isImpossible(ask))
    return [culprit ? this.#explain(culprit, rule) : idle(rule)]
  }

  #isImpossible(ask: Ask): boolean {
    return sessionsWith(ask, 'hit', { world: this.world, basis: 'certain' })?.length === 0
  }

  #explain(ask: Ask, rule: AskedRule): Finding {
    const [name, hook] = partsOf(ask.certain.fact)
    const because = this.#absence(name, hook) ?? (name === 'tls' ? 'no listener of this site speaks TLS' : undefined)
    return { ...idle(rule), at: ask.at, ...(because !== undefined && { label: because }) }
  }

  #unknownListeners(ask: Ask): readonly Finding[] {
    const { fact, hit } = ask.certain
    if (fact !== 'listener' || this.#listeners.length === 0) return []
    const known = new Set(this.#listeners.map((one) => one.toLowerCase()))
    const wrong = hit.region.values()?.find((name) => !known.has(String(name)))
    if (wrong === undefined || hit.literals.size > 0) return []
    const near = suggest(String(wrong), this.#listeners)
    return [
      {
        code: 'FLW505',
        severity: 'warning',
        at: ask.at,
        message: `no listener of this site is named \`${wrong}\``,
        ...(near && { label: `did you mean \`${near}\`?` }),
        help: `listeners: ${this.#listeners.join(', ')}`,
      },
    ]
  }
}

function idle({ rule, at }: AskedRule): Finding {
  return {
    code: 'FLW505',
    severity: 'warning',
    at,
    message: `rule \`${rule.id}\` waits for what never comes on this site`,
    help: 'delete the rule, or let the site offer what it waits for',
  }
}
