/**
 * The relay proof: nobody whom no rule knows gets OK at RCPT for a domain that is not ours. FLW510 shows a session that does,
 * FLW511 says where it could not be told.
 */
import type { Hook } from '../../core/hook.ts'
import type { Finding } from '../../language/diagnostic.ts'
import { type AskedRule, askedRule, conditionOf } from './asked-rule.ts'
import { asksIn, type Ask } from './formula.ts'
import type { Outline, OutlinedPlugin } from './outline.ts'
import type { Product, World } from './product.ts'
import { withCopies } from './relay-copies.ts'
import { countBefore, withEarlier, withoutCount } from './earlier-recipients.ts'
import { forwards, freeDestinations } from './relay-destinations.ts'
import { culpritOf, openRelay, tooMany, unproved } from './relay-findings.ts'
import { loggedIn, loggingIn, type Logins } from './relay-login.ts'
import { passHook, TooMany, type Walk, type Way } from './relay-walk.ts'
import { type Witness, witnessOf } from './relay-witness.ts'
import { type Claims, strange, stranger } from './stranger.ts'
import { universeOf } from './universe.ts'
import { TextSet } from './text-set.ts'
import { type ValueSet, valuesIn } from './value-set.ts'

/** In the order of a session; what may be asked at any time is asked before MAIL. */
const ON_THE_WAY: readonly Hook[] = [
  'config',
  'pre_connection',
  'connect',
  'ehlo',
  'auth',
  'noop',
  'vrfy',
  'help',
  'unrecognized_command',
  'mail_pre',
  'mail',
  'rcpt_pre',
  'user_config',
]
const MAY_BE_LEFT_OUT: ReadonlySet<Hook> = new Set(['auth', 'noop', 'vrfy', 'help', 'unrecognized_command'])

/** Where a rule may say to whom else the mail goes. */
const WITH_RECIPIENTS: readonly Hook[] = ['rcpt', 'data', 'data_post_headers', 'data_post', 'queue_pre']

export interface RelayScope {
  readonly outline: Outline
  readonly hasCode: boolean
  /** Names of the listeners that strangers reach; undefined when nothing is known of listeners. */
  readonly listeners: readonly string[] | undefined
  readonly isOurs: (path: string) => boolean
  /** Undefined where nobody can log in. */
  readonly logins: Logins | undefined
  /** What anybody may say there of who it is. */
  readonly claims: Claims
  /** Facts as they can be on this site. */
  readonly narrow: (fact: string, set: ValueSet) => ValueSet
}

export function relayFindings(scope: RelayScope): readonly Finding[] {
  const universe = new Map<string, ValueSet>()
  const hooks = new Map(
    [...ON_THE_WAY, 'helo' as const, 'rcpt' as const].map((hook) => [hook, rulesAt(hook, scope, universe)]),
  )
  const forwarding = WITH_RECIPIENTS.flatMap((hook) => [...rulesAt(hook, scope, universe).values()].flat()).filter(
    forwards,
  )
  const asks = [...hooks.values()]
    .flatMap((rules) => [...rules.values()].flat())
    .concat(forwarding)
    .flatMap((rule) => asksIn(conditionOf(rule)))
  const terms = { world: worldOf(universe, scope), basis: 'likely' } as const
  const changed: World = (fact) => universe.get(fact) ?? universeOf(fact, 'rcpt')
  const exact = { terms, asked: factsOf(asks), changed, isLarge: false }
  const greetings = isSameGreeting(hooks, exact.asked) ? (['ehlo'] as const) : (['ehlo', 'helo'] as const)
  const client = stranger(asks, scope.listeners, scope.claims)
  const start = startingWith(client)
  const sentOn = freeDestinations(forwarding, client, terms)
  const { logins } = scope
  try {
    const follow = (from: Way, walk: Walk = exact): readonly Way[] =>
      greetings.flatMap((greeting) => accepted([greeted(from, greeting)], { greeting, hooks, logins }, walk))
    const isLarge = asks.length > MANY_QUESTIONS
    return [...sentOn, ...report(follow(start, { ...exact, isLarge }), { follow, world: terms.world, scope, client })]
  } catch (fault) {
    if (fault instanceof TooMany) return [...sentOn, tooMany(scope)]
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

/** What is said anew each time. */
const OF_ONE_HOOK = /^(?:attempt|command)\b/

type Rules = ReadonlyMap<OutlinedPlugin, readonly AskedRule[]>

/** Without moments: what changes on the way is followed. Each question to others is one of its own. */
function rulesAt(hook: Hook, { outline, hasCode }: RelayScope, universe: Map<string, ValueSet>): Rules {
  const moments = {
    of: (fact: string) => {
      if (OF_ONE_HOOK.test(fact)) return `@${hook}`
      return fact.startsWith('word ') ? `@${universe.size}` : ''
    },
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
/** A stranger has none. */
const OF_PASSWORDS = /^word auth_/

function worldOf(universe: ReadonlyMap<string, ValueSet>, { narrow, claims }: RelayScope): World {
  return (fact) => {
    const known = universe.get(fact)
    if (known && OF_PASSWORDS.test(fact)) return { ...known, region: TextSet.of(['miss']) }
    if (known && OF_OTHERS.test(fact)) return known
    const set = known && fact.startsWith('note.') ? known : universeOf(fact, 'rcpt')
    return strange(fact, narrow(fact, set), claims)
  }
}

function factsOf(asks: readonly Ask[]): ReadonlySet<string> {
  return new Set(asks.map(({ likely }) => likely.fact))
}

function startingWith(product: Product): Way {
  return { product, rules: [], asides: [], copies: new Map(), rough: false }
}

function greeted(way: Way, verb: Greeting): Way {
  return { ...way, product: new Map([...way.product, ['helo.verb', valuesIn(TextSet.of([verb]))]]) }
}

type Greeting = 'ehlo' | 'helo'

interface Session {
  readonly greeting: Greeting
  readonly hooks: ReadonlyMap<Hook, Rules>
  readonly logins: Logins | undefined
}

function accepted(start: readonly Way[], session: Session, walk: Walk): readonly Way[] {
  let ways = start
  for (const hook of ON_THE_WAY) {
    const passed = passing(ways, hook, session, walk)
    ways = MAY_BE_LEFT_OUT.has(hook) ? [...ways, ...passed.filter((way) => isChanged(way, ways))] : passed
  }
  return passHook(ways, 'rcpt', session.hooks.get('rcpt') ?? new Map(), walk).accepted
}

/** Who comes behind the hook. A refusal of what may be left out ends nothing. */
function passing(ways: readonly Way[], hook: Hook, { greeting, hooks, logins }: Session, walk: Walk): readonly Way[] {
  const rules = hooks.get(hook === 'ehlo' ? greeting : hook) ?? new Map<OutlinedPlugin, readonly AskedRule[]>()
  if (hook !== 'auth') {
    const { accepted: agreed, refused, open } = passHook(ways, hook, rules, walk)
    return [...agreed, ...(MAY_BE_LEFT_OUT.has(hook) ? refused : []), ...open]
  }
  const trying = logins ? ways.flatMap((way) => loggingIn(way, logins, walk.terms.world)) : []
  const { accepted: agreed, refused, open } = passHook(trying, hook, rules, walk)
  return [...agreed.map(loggedIn), ...refused, ...open]
}

/** Otherwise it is one of the ways that leave the hook out. */
function isChanged({ rules }: Way, ways: readonly Way[]): boolean {
  return !ways.some((way) => way.rules === rules)
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
    const culprit = culpritOf(way, reporting.scope.isOurs)
    const before = findings.get(culprit.key)
    if (before?.code === 'FLW510') continue
    const clear = withCopies(way, reporting.world)
    if (clear === undefined) continue
    const isUnclear = clear === 'unclear' || isUpToOthers(way.product)
    const session = isUnclear ? undefined : exampleOf(clear, reporting)
    findings.set(culprit.key, session ? openRelay(way, culprit, session, reporting.scope) : unproved(way, culprit))
  }
  return [...findings.values()]
}

/** A session that takes the way; a rough way is tried with it. */
function exampleOf(way: Way, { follow, world, client }: Reporting): object | undefined {
  const count = countBefore(way.product)
  if (count === undefined) return undefined
  const product = count > 0 ? withoutCount(way.product) : way.product
  const witness = witnessOf(product, world, new Set(way.rules.map(({ hook }) => hook)))
  if (count > 0) return witness && !way.rough ? behindOthers(witness, count, { follow, world, client }) : undefined
  if (!witness || !way.rough) return witness?.session
  const again = follow(startingWith(startOf(witness.product, client)))
  return again.some(({ product, rough }) => !rough && !isUpToOthers(product)) ? witness.session : undefined
}

function behindOthers(
  witness: Witness,
  count: number,
  { follow, world, client }: Pick<Reporting, 'follow' | 'world' | 'client'>,
): object | undefined {
  const known = new Map([...client].filter(([fact]) => !fact.startsWith('rcpt')))
  const begun = (product: Product): readonly Way[] => follow(startingWith(startOf(product, known)))
  return withEarlier(witness, {
    count,
    world,
    follow: (product) => begun(product).filter((way) => !isUpToOthers(way.product)),
  })
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
    if (fact.startsWith('skip ')) return region.kind === 'texts' && !region.texts.has('hit')
    if (!OF_OTHERS.test(fact) || ABOUT_ANYBODY.test(fact) || unknown || region.kind !== 'texts') return false
    return fact.startsWith('word ') ? !region.texts.has('miss') : region.texts.size === 1 && region.texts.has('hit')
  })
}
