/**
 * Sessions that changed rules are about: those that only one of the two versions is about first, then each together with what
 * any other rule is about, and with what some rule accepts.
 */
import { type AskedRule, conditionOf } from '../../compiler/analysis/asked-rule.ts'
import { restrict, type Want } from '../../compiler/analysis/formula.ts'
import { EVERY_SESSION, type Product } from '../../compiler/analysis/product.ts'
import { networksIn } from '../../compiler/analysis/stranger.ts'
import { formatIp } from '../../core/net/ip.ts'
import { textOf, valueOf } from '../../language/node.ts'
import type { SessionRecord } from '../session-record.ts'
import type { RuleChange } from './changes.ts'
import { asksOf, type LoweredRules } from './lowered.ts'
import { sessionLike } from './sayings.ts'

/** Alternatives of one condition. */
const MOST_PRODUCTS = 16
/** Rules that say OK to recipients. */
const MOST_ACCEPTING = 6

export function* telling(rules: LoweredRules, changes: readonly RuleChange[]): Generator<SessionRecord> {
  const all = allOf(rules)
  const accepting = acceptingIn(all)
  const focus = changes.map((change) => ({ change, products: productsOf(change, rules) }))
  for (const { change, products } of focus) {
    for (const product of products) yield* accepted(product, accepting, rules)
    for (const product of products) yield* listed(product, change, accepting, rules)
  }
  for (const other of all)
    for (const { products } of focus)
      for (const product of products.flatMap((one) => together(one, other, rules)))
        yield* accepted(product, accepting, rules)
}

/** Mail that some rule accepts. */
export function plainSessions(rules: LoweredRules): Generator<SessionRecord> {
  return accepted(EVERY_SESSION, acceptingIn(allOf(rules)), rules)
}

function allOf({ before, after }: LoweredRules): readonly AskedRule[] {
  return [...new Map([...before, ...after]).values()]
}

function acceptingIn(rules: readonly AskedRule[]): readonly AskedRule[] {
  return rules.filter(accepts).slice(0, MOST_ACCEPTING)
}

function accepts({ hook, node }: AskedRule): boolean {
  return hook === 'rcpt' && textOf(valueOf(node, 'return')) === 'OK'
}

/** What one version of the rule is about and the other is not, then all that they are about. */
function productsOf({ key }: RuleChange, rules: LoweredRules): readonly Product[] {
  const versions = [rules.after.get(key), rules.before.get(key)]
  const about = versions.map((rule) => (rule ? narrowedBy([EVERY_SESSION], rule, 'hit', rules) : []))
  const apart = versions.flatMap((rule, index) =>
    rule ? narrowedBy(about[1 - index] ?? [], rule, 'hardly', rules) : [],
  )
  return [...apart, ...about.flat()].slice(0, MOST_PRODUCTS)
}

function narrowedBy(
  products: readonly Product[],
  rule: AskedRule,
  want: Want,
  rules: LoweredRules,
): readonly Product[] {
  return (
    restrict(products, conditionOf(rule), want, { world: rules.world, basis: 'likely' })?.slice(0, MOST_PRODUCTS) ?? []
  )
}

/** Those that the other rule is about too, and those that it is not. */
function together(product: Product, other: AskedRule, rules: LoweredRules): readonly Product[] {
  return (['hit', 'hardly'] as const).flatMap((want) => narrowedBy([product], other, want, rules).slice(0, 1))
}

/** As it is, and so that some rule accepts the recipient. */
function* accepted(product: Product, accepting: readonly AskedRule[], rules: LoweredRules): Generator<SessionRecord> {
  const products = [product, ...accepting.flatMap((rule) => narrowedBy([product], rule, 'hit', rules).slice(0, 1))]
  for (const one of products) {
    const session = sessionLike(one, rules)
    if (session) yield session
  }
}

/** For entries that came or went: the analysis does not look into long lists. */
function* listed(
  product: Product,
  { key, entries }: RuleChange,
  accepting: readonly AskedRule[],
  rules: LoweredRules,
): Generator<SessionRecord> {
  if (entries.length === 0) return
  const asks = [rules.before.get(key), rules.after.get(key)].flatMap((rule) => (rule ? asksOf(rule) : []))
  const facts = new Set(asks.filter(({ text }) => /_list\b/.test(text)).map(({ likely }) => likely.fact))
  for (const fact of facts) {
    const others = new Map([...product].filter(([name]) => name.split('.')[0] !== fact.split('.')[0]))
    for (const session of accepted(others, accepting, rules))
      for (const entry of entries) yield { ...session, ...entrySession(fact, entry) }
  }
}

const ENTRY_SESSIONS: ReadonlyMap<string, (entry: string, name: string) => SessionRecord> = new Map<
  string,
  (entry: string, name: string) => SessionRecord
>([
  ['remote_ip', (entry) => networksIn([entry]).reduce((_, network) => ({ remote_ip: formatIp(network) }), {})],
  ['helo', (_, helo) => ({ helo })],
  ['remote_host', (_, host) => ({ remote_host: host })],
  ['sender', (_, name) => ({ sender: addressIn(name) })],
  ['rcpt', (_, name) => ({ rcpt: addressIn(name) })],
])

/** Whom the entry is about. */
export function entrySession(fact: string, entry: string): SessionRecord {
  const name = entry.replace(/^@/, '').replace(/^\./, 'host.')
  return ENTRY_SESSIONS.get(fact.split('.')[0] ?? '')?.(entry, name) ?? {}
}

function addressIn(name: string): string {
  return name.includes('@') ? name : `someone@${name}`
}
