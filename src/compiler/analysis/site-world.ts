/**
 * What facts can be on one site: what its listeners make of them, and a listener has one of the names in `listen`. FLW505
 * is about rules that wait for anything else.
 */
import type { Hook } from '../../core/hook.ts'
import type { Finding } from '../../language/diagnostic.ts'
import { suggest } from '../../language/suggest.ts'
import { type AskedRule, conditionOf } from './asked-rule.ts'
import { type Ask, asksIn, sessionsWith } from './formula.ts'
import { absenceOf, isClear, isOfListener, kindsAsking, type SiteFacts } from './listener-facts.ts'
import type { World } from './product.ts'
import { TextSet } from './text-set.ts'
import { emptyLike, intersect, type ValueSet, valuesIn } from './value-set.ts'

/** The name of a fact without its moment, and the hook of it. */
function partsOf(fact: string): readonly [name: string, hook: string] {
  const [name = '', moment = ''] = fact.split('@')
  return [name, moment.split('#', 1)[0] ?? '']
}

export class SiteWorld {
  readonly #world: World
  readonly #facts: SiteFacts
  readonly #listeners: readonly string[]
  readonly #isClear: boolean
  readonly #kinds = new Map<Hook, readonly SiteWorld[]>()

  constructor(facts: SiteFacts, world: World) {
    this.#world = world
    this.#facts = facts
    this.#listeners = [...facts.services.keys()]
    this.#isClear = isClear(facts)
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
    return absenceOf(name, hook, this.#facts) === undefined ? undefined : { ...set, region: emptyLike(set.region) }
  }

  /** Rules that wait for what never comes, and names of listeners that do not exist. */
  findings(rule: AskedRule): readonly Finding[] {
    const named = [rule.scope, rule.match, ...(rule.unless ? [rule.unless] : [])].flatMap(asksIn)
    const unknown = named.flatMap((ask) => this.#unknownListeners(ask))
    if (unknown.length > 0) return unknown
    if (!this.#excludes(rule)) return this.#isForNoListener(rule, named) ? [apart(rule)] : []
    const culprit = named.find((ask) => this.#isImpossible(ask))
    return [culprit ? this.#explain(culprit, rule) : idle(rule)]
  }

  #excludes(rule: AskedRule): boolean {
    return sessionsWith(conditionOf(rule), 'hit', { world: this.world, basis: 'certain' })?.length === 0
  }

  /** Each listener lacks something else of what it asks for. */
  #isForNoListener(rule: AskedRule, named: readonly Ask[]): boolean {
    if (!named.some(({ certain }) => isOfListener(partsOf(certain.fact)[0]))) return false
    const kinds = this.#kindsAt(rule.hook)
    return kinds.length > 0 && kinds.every((kind) => kind.#excludes(rule))
  }

  #kindsAt(hook: Hook): readonly SiteWorld[] {
    const known = this.#kinds.get(hook)
    if (known) return known
    const kinds = kindsAsking(hook, this.#facts).map((facts) => new SiteWorld(facts, this.#world))
    this.#kinds.set(hook, kinds)
    return kinds
  }

  #isImpossible(ask: Ask): boolean {
    return sessionsWith(ask, 'hit', { world: this.world, basis: 'certain' })?.length === 0
  }

  #explain(ask: Ask, rule: AskedRule): Finding {
    const [name, hook] = partsOf(ask.certain.fact)
    const because =
      absenceOf(name, hook, this.#facts) ?? (name === 'tls' ? 'no listener of this site speaks TLS' : undefined)
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

function apart(rule: AskedRule): Finding {
  return { ...idle(rule), label: 'no listener has all that it asks for' }
}
