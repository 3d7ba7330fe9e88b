/** From what facts may be to a session that is like that, as `explain`, tests and replays read it. */
import type { Product, World } from '../../compiler/analysis/product.ts'
import { witnessOf } from '../../compiler/analysis/relay-witness.ts'
import { TextSet } from '../../compiler/analysis/text-set.ts'
import { regionAnd, type ValueSet } from '../../compiler/analysis/value-set.ts'
import { mergeRecords, type SessionRecord } from '../session-record.ts'

/** Undefined when the session cannot say it. */
type Saying = (set: ValueSet, name: string) => SessionRecord | undefined

const NOTHING: SessionRecord = {}

/** Who has logged in may relay; everybody else only where a rule says so. */
const loggedIn: Saying = ({ region }) => {
  const isWanted = region.kind === 'texts' && region.texts.has('true') && region.texts.size === 1
  return isWanted ? { auth: { user: 'someone' }, relay_client: true } : NOTHING
}

const text: (say: (value: string, name: string) => SessionRecord) => Saying = (say) => (set, name) => {
  if (set.absent) return NOTHING
  const value = exampleOf(set)
  return value === undefined ? undefined : say(value, name)
}

/** Facts that the client, or whoever speaks for it, says in a way of their own. */
const SAYINGS: readonly (readonly [RegExp, Saying])[] = [
  [/^auth\.user$/, text((user) => ({ auth: { user } }))],
  [/^env\.(.+)$/, text((value, name) => ({ env: { [name]: value } }))],
  [/^header\.(.+)$/, text((value, name) => ({ headers: [[name, value]] }))],
  [/^word (\S+)/, (set, name) => ({ answers: { [name]: answerIn(set) } })],
]

function answerIn({ region, unknown }: ValueSet): 'hit' | 'miss' | 'unknown' {
  if (region.kind === 'texts' && region.texts.size === 1) return region.texts.has('hit') ? 'hit' : 'miss'
  return unknown ? 'unknown' : 'miss'
}

/** Facts that `witnessOf` says. */
const PLAIN =
  /^(?:remote_ip|remote_host|remote_port|local_port|listener|helo|helo\.verb|tls|time\.hour|mail\.params\..+|(?:sender|rcpt)(?:\.user|\.domain|\.null)?)$/

/** Written by rules on the way: nobody has to say it. */
const WRITTEN = /^(?:note\..+|score|immune)$/

/** Who comes to these sites. */
export interface Sayers {
  readonly world: World
  readonly logins: boolean
}

/** What of a fact can be said: all of it, nothing because rules write it, or nothing at all. */
export function sayable(fact: string, { logins }: Sayers): 'said' | 'written' | 'never' {
  if (fact === 'relay_client') return logins ? 'said' : 'written'
  if (WRITTEN.test(fact)) return 'written'
  return PLAIN.test(fact) || SAYINGS.some(([pattern]) => pattern.test(fact)) ? 'said' : 'never'
}

/** Undefined when no such session comes to mind. What cannot be said is left to chance. */
export function sessionLike(product: Product, { world, logins }: Sayers): SessionRecord | undefined {
  const isPostmaster = isBare(product)
  const plain = [...product].filter(([fact]) => PLAIN.test(fact) && !(isPostmaster && fact.startsWith('rcpt')))
  const witness = witnessOf(new Map(plain), world)
  const rights = logins ? product.get('relay_client') : undefined
  const said = [...(rights ? [loggedIn(rights, '')] : []), ...[...product].flatMap(([fact, set]) => saidAs(fact, set))]
  if (!witness || said.includes(undefined)) return undefined
  const session = { ...witness.session, ...(isPostmaster && { rcpt: 'postmaster' }) }
  return said.reduce((whole: SessionRecord, part) => joined(whole, part ?? NOTHING), session)
}

/** A recipient without a domain is the bare postmaster. */
function isBare(product: Product): boolean {
  const domain = product.get('rcpt.domain')
  return domain !== undefined && domain.absent && domain.region.isEmpty
}

function saidAs(fact: string, set: ValueSet): readonly (SessionRecord | undefined)[] {
  for (const [pattern, say] of SAYINGS) {
    const [found, name = ''] = pattern.exec(fact) ?? []
    if (found !== undefined) return [say(set, name)]
  }
  return []
}

function joined(one: SessionRecord, other: SessionRecord): SessionRecord {
  const headers = [...(one.headers ?? []), ...(other.headers ?? [])]
  return { ...mergeRecords(one, other), ...(headers.length > 0 && { headers }) }
}

/** What patterns look for, somewhere in a text, where one is to be met. */
function candidates({ region, literals }: ValueSet): readonly string[] {
  const example = region.example()
  const plain = example === undefined ? [] : [String(example)]
  const wanted = [...literals.values()].filter((literal) => literal.wanted)
  const hints = wanted.flatMap(({ predicate }) => predicate.hints)
  return [...hints.flatMap((hint) => [hint, `${hint}x`, `x${hint}`, `x${hint}x`]), ...plain]
}

/** Predicates that nobody can ask here are taken to agree: the session is tried anyway. */
function exampleOf(set: ValueSet): string | undefined {
  const { region, literals } = set
  const isIn = (value: string): boolean =>
    region.kind !== 'texts' || !regionAnd(region, TextSet.of([value.toLowerCase()])).isEmpty
  const fits = (value: string): boolean =>
    [...literals.values()].every(({ predicate, wanted }) => (predicate.now(value) ?? wanted) === wanted)
  return candidates(set).find((value) => isIn(value) && fits(value))
}
