/**
 * The relay proof: nobody whom no rule knows gets OK at RCPT for a domain that is not ours. FLW510 shows a session that does,
 * FLW511 says where it could not be told.
 */
import type { Hook } from '../../core/hook.ts'
import type { Finding, Label } from '../../language/diagnostic.ts'
import { type AskedRule, askedRule, conditionOf } from './asked-rule.ts'
import { asksIn, type Ask } from './formula.ts'
import type { Outline, OutlinedPlugin } from './outline.ts'
import type { Product, World } from './product.ts'
import { passHook, TooMany, type Walk, type Way } from './relay-walk.ts'
import { witnessOf } from './relay-witness.ts'
import { strange, stranger } from './stranger.ts'
import { universeOf } from './universe.ts'
import type { ValueSet } from './value-set.ts'

/** In the order of a session; what may be asked at any time is asked before MAIL. */
const ON_THE_WAY: readonly Hook[] = [
  'config',
  'pre_connection',
  'connect',
  'ehlo',
  'noop',
  'vrfy',
  'help',
  'unrecognized_command',
  'mail_pre',
  'mail',
  'rcpt_pre',
  'user_config',
]
const MAY_BE_LEFT_OUT: ReadonlySet<Hook> = new Set(['noop', 'vrfy', 'help', 'unrecognized_command'])

export interface RelayScope {
  readonly outline: Outline
  readonly hasCode: boolean
  /** Names of the listeners that strangers reach; undefined when nothing is known of listeners. */
  readonly listeners: readonly string[] | undefined
  readonly isOurs: (path: string) => boolean
  /** Facts as they can be on this site. */
  readonly narrow: (fact: string, set: ValueSet) => ValueSet
}

export function relayFindings(scope: RelayScope): readonly Finding[] {
  const universe = new Map<string, ValueSet>()
  const hooks = new Map(
    [...ON_THE_WAY, 'helo' as const, 'rcpt' as const].map((hook) => [hook, rulesAt(hook, scope, universe)]),
  )
  const asks = [...hooks.values()]
    .flatMap((rules) => [...rules.values()].flat())
    .flatMap((rule) => asksIn(conditionOf(rule)))
  const terms = { world: worldOf(universe, scope), basis: 'likely' } as const
  const changed: World = (fact) => universe.get(fact) ?? universeOf(fact, 'rcpt')
  const exact = { terms, asked: factsOf(asks), changed, isLarge: false }
  const greetings = isSameGreeting(hooks, exact.asked) ? (['ehlo'] as const) : (['ehlo', 'helo'] as const)
  const client = stranger(asks, scope.listeners)
  const start: Way = { product: client, rules: [], asides: [], rough: false }
  try {
    const follow = (from: Way, walk: Walk = exact): readonly Way[] =>
      greetings.flatMap((greeting) => accepted([from], greeting, hooks, walk))
    const isLarge = asks.length > MANY_QUESTIONS
    return report(follow(start, { ...exact, isLarge }), { follow, world: terms.world, scope, client })
  } catch (fault) {
    if (fault instanceof TooMany) return [tooMany(scope)]
    throw fault
  }
}

/** From here on the first look is a rough one. */
const MANY_QUESTIONS = 400

/** `helo, ehlo` is one chain for both. */
function isSameGreeting(hooks: ReadonlyMap<Hook, Rules>, asked: ReadonlySet<string>): boolean {
  const places = (hook: Hook): string =>
    [...(hooks.get(hook)?.values() ?? [])]
      .flat()
      .map(({ rule }) => rule.at)
      .join(' ')
  return !asked.has('helo.verb') && places('helo') === places('ehlo')
}

type Rules = ReadonlyMap<OutlinedPlugin, readonly AskedRule[]>

/** Without moments: what changes on the way is followed. Each question to others is one of its own. */
function rulesAt(hook: Hook, { outline, hasCode }: RelayScope, universe: Map<string, ValueSet>): Rules {
  const moments = {
    of: (fact: string) => (fact.startsWith('word ') ? `@${universe.size}` : ''),
    change: () => undefined,
  }
  const asking = { outline, universe, hasCode }
  return new Map(
    outline.plugins.map((plugin) => {
      const chain = plugin.chains.find((one) => one.hook === hook)
      const rules = chain?.chain.rules.flatMap((_, index) => askedRule({ plugin, chain, index, moments, asking }))
      return [plugin, rules ?? []]
    }),
  )
}

const OF_OTHERS = /^(?:word|free|skip) /

function worldOf(universe: ReadonlyMap<string, ValueSet>, { narrow }: RelayScope): World {
  return (fact) => {
    const known = universe.get(fact)
    if (known && OF_OTHERS.test(fact)) return known
    const set = known && fact.startsWith('note.') ? known : universeOf(fact, 'rcpt')
    return strange(fact, narrow(fact, set))
  }
}

function factsOf(asks: readonly Ask[]): ReadonlySet<string> {
  return new Set(asks.map(({ likely }) => likely.fact))
}

function accepted(
  start: readonly Way[],
  greeting: 'ehlo' | 'helo',
  hooks: ReadonlyMap<Hook, Rules>,
  walk: Walk,
): readonly Way[] {
  let ways = start
  for (const hook of ON_THE_WAY) {
    const { accepted: agreed, open } = passHook(
      ways,
      hook,
      hooks.get(hook === 'ehlo' ? greeting : hook) ?? new Map(),
      walk,
    )
    const passed = [...agreed, ...open]
    ways = MAY_BE_LEFT_OUT.has(hook) ? [...ways, ...passed.filter((way) => !ways.includes(way))] : passed
  }
  return passHook(ways, 'rcpt', hooks.get('rcpt') ?? new Map(), walk).accepted
}

interface Reporting {
  readonly follow: (from: Way) => readonly Way[]
  readonly world: World
  readonly scope: RelayScope
  /** Where every way begins. */
  readonly client: Product
}

function report(ways: readonly Way[], reporting: Reporting): readonly Finding[] {
  const findings = new Map<string, Finding>()
  for (const way of ways) {
    const culprit = culpritOf(way, reporting.scope)
    const before = findings.get(culprit.key)
    if (before?.code === 'FLW510') continue
    const session = isUpToOthers(way.product) ? undefined : exampleOf(way, reporting)
    findings.set(culprit.key, session ? open(way, culprit, session) : unproved(way, culprit))
  }
  return [...findings.values()]
}

/** A session that takes the way; a rough way is tried with it. */
function exampleOf(way: Way, { follow, world, client }: Reporting): object | undefined {
  const witness = witnessOf(way.product, world)
  if (!witness || !way.rough) return witness?.session
  const again = follow({ product: startOf(witness.product, client), rules: [], asides: [], rough: false })
  return again.some(({ product, rough }) => !rough && !isUpToOthers(product)) ? witness.session : undefined
}

/** What rules have changed on the way is not changed yet. */
function startOf(product: Product, client: Product): Product {
  const given = [...product].filter(([fact]) => !CHANGED_BY_RULES.test(fact) && !OF_OTHERS.test(fact))
  return new Map([...client, ...given])
}

const CHANGED_BY_RULES = /^(?:relay_client|immune|score|note\..*)$/

/** What these words find out says nothing about who may relay. */
const ABOUT_ANYBODY =
  /^word (?:dnsbl|rhsbl|resolvable|helo_matches|missing_header|repeated_header|spf|dkim|dmarc|geoip|rate|greylist) /

/** Whether it needs an answer that only somebody else can give. */
function isUpToOthers(product: Product): boolean {
  return [...product].some(([fact, { region, unknown }]) => {
    if (!OF_OTHERS.test(fact) || ABOUT_ANYBODY.test(fact) || unknown || region.kind !== 'texts') return false
    return fact.startsWith('word ') ? !region.texts.has('miss') : region.texts.size === 1 && region.texts.has('hit')
  })
}

interface Culprit {
  readonly at: Finding['at']
  readonly key: string
  readonly rule: AskedRule | undefined
}

/** The last rule on the way that is not one of ours; else the entry of the first plugin that changed something. */
function culpritOf({ rules }: Way, { isOurs }: RelayScope): Culprit {
  const own = rules.findLast(({ plugin }) => !isOurs(plugin.path))
  const at = own?.at ?? rules[0]?.plugin.entry.at
  if (!at) throw new Error('nobody said OK')
  return { at, key: `${at.file}:${at.range.start.offset}`, rule: own }
}

function open(way: Way, { at, rule }: Culprit, witness: object): Finding {
  return {
    ...path(way, rule),
    code: 'FLW510',
    severity: 'warning',
    at,
    message: `anybody may relay through this server: \`${way.rules.at(-1)?.rule.id}\` says OK to recipients that are not ours`,
    label: 'here it becomes possible',
    notes: [...pathNote(way), `a session that does: ${JSON.stringify(witness)}`],
    help: 'let only those relay who are known by address or login: `relay_client: true`\nor accept only what is ours: `rcpt.domain: { in_list: local_domains }`',
  }
}

function unproved(way: Way, { at, rule }: Culprit): Finding {
  return {
    ...path(way, rule),
    code: 'FLW511',
    severity: 'info',
    at,
    message: `whether \`${way.rules.at(-1)?.rule.id}\` lets anybody relay cannot be told from here`,
    label: 'it depends on an answer from outside, or on a pattern',
    notes: pathNote(way),
    help: 'if only recipients of yours can match, all is well',
  }
}

function path({ rules }: Way, culprit: AskedRule | undefined): Pick<Finding, 'labels' | 'hook' | 'rule'> {
  const others = rules.filter((rule) => rule !== culprit)
  const labels = others.map((rule): Label => ({ ...rule.at, text: rule === rules.at(-1) ? 'says OK' : 'on the way' }))
  return { labels, ...(culprit && { hook: culprit.hook, rule: culprit.rule.id }) }
}

function pathNote({ rules }: Way): readonly string[] {
  return [
    `the way: ${rules.map(({ plugin, rule, hook }) => `\`${rule.id}\` of \`${plugin.name}\` at \`${hook}\``).join(', then ')}`,
  ]
}

function tooMany({ outline }: RelayScope): Finding {
  const [first] = outline.plugins
  if (!first) throw new Error('no plugin, no way')
  return {
    code: 'FLW511',
    severity: 'info',
    at: first.entry.at,
    message: 'whether anybody may relay cannot be told: there are too many ways to RCPT',
    help: 'write a test: `expect: { accepted: [] }` for a stranger and a recipient elsewhere',
  }
}
