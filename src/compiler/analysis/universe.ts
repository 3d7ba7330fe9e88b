/**
 * What each fact can be at all: of which kind its values are, whether it may be absent at a hook, or not be found out.
 *
 * A fact that no table here names may be anything. That costs proofs; a fact that is named wrongly would cost truth.
 */
import type { FactType } from '../../core/fact.ts'
import { findFact } from '../../core/facts.ts'
import { HOOK_TABLE, type Hook, STAGES } from '../../core/hook.ts'
import { NameTree } from './name-tree.ts'
import type { World } from './product.ts'
import { ADDRESSES, RangeSet } from './range-set.ts'
import { TextSet } from './text-set.ts'
import type { AnyRegion, ValueSet } from './value-set.ts'

const BOOLEAN = TextSet.of(['true', 'false'])
const COUNT = RangeSet.above(0, true).whole()

/** All values of a type. Of addresses and facts with several values only predicates are known. */
export function regionOf(type: FactType): AnyRegion {
  if (type === 'ip') return ADDRESSES
  if (type === 'number') return RangeSet.all
  if (type === 'boolean') return BOOLEAN
  return type === 'name' || type === 'domain' ? NameTree.all : TextSet.all
}

const REGIONS: ReadonlyMap<string, AnyRegion> = new Map<string, AnyRegion>([
  ['helo.verb', TextSet.of(['helo', 'ehlo', 'lhlo'])],
  ['time.weekday', TextSet.of(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'])],
  ['time.hour', RangeSet.above(0, true).and(RangeSet.below(23, true)).whole()],
  ['remote_port', RangeSet.above(0, true).and(RangeSet.below(65_535, true)).whole()],
  ['local_port', RangeSet.above(0, true).and(RangeSet.below(65_535, true)).whole()],
  ['client_sessions', COUNT],
  ['rcpt.count', COUNT],
  ['hops', COUNT],
  ['size', COUNT],
  ['body.size', COUNT],
])

/** Numbers that come as texts and may be none: neither greater nor smaller than any other. */
const MAYBE_NO_NUMBER: ReadonlySet<string> = new Set(['mail.size', 'xforward.port'])

export function isOrdered(fact: string): boolean {
  return !MAYBE_NO_NUMBER.has(fact)
}

/** Counts and sizes: between 3 and 4 there is nothing. */
export function isWhole(fact: string): boolean {
  return REGIONS.get(fact)?.kind === 'range' || fact.startsWith('header_count.')
}

const ALWAYS_THERE: ReadonlySet<string> = new Set([
  'remote_ip',
  'remote_port',
  'local_ip',
  'local_port',
  'listener',
  'relay_client',
  'immune',
  'score',
  'time.hour',
  'time.weekday',
  'anonymous',
  'tls',
])
const WITH_SENDER: ReadonlySet<string> = new Set(['sender', 'sender.null', 'rcpt.count'])
const WITH_MESSAGE: ReadonlySet<string> = new Set(['hops', 'size', 'body.size', 'body'])

/** Whether it is there at every asking of the hook. */
function isAlwaysThere(fact: string, hook: Hook): boolean {
  if (ALWAYS_THERE.has(fact)) return true
  const { stage } = HOOK_TABLE[hook]
  if (stage === 'any') return false
  const since = (from: 'sender' | 'headers'): boolean => STAGES.indexOf(stage) >= STAGES.indexOf(from)
  if (fact === 'rcpt') return hook === 'rcpt'
  if (WITH_SENDER.has(fact)) return since('sender')
  return (WITH_MESSAGE.has(fact) || fact.startsWith('header_count.')) && since('headers')
}

/** The first part of the names of facts that are read from the session alone, or its whole. */
const FOUND_OUT: ReadonlySet<string> = new Set(
  `remote_ip remote_port local_ip local_port listener client_sessions relay_client immune score time helo auth attempt env sender mail rcpt
   recipients header header_count hops date size body tls anonymous proxy xforward command decided logged note`.split(
    /\s+/,
  ),
)

function isFoundOut(fact: string): boolean {
  return FOUND_OUT.has(fact.split('.', 1)[0] ?? '')
}

/** `type` for facts that the core does not know: notes. */
export function universeOf(fact: string, hook: Hook, type?: FactType): ValueSet {
  const region =
    REGIONS.get(fact) ?? (isWhole(fact) ? COUNT : regionOf(type ?? findFact(fact)?.definition.type ?? 'text'))
  return { absent: !isAlwaysThere(fact, hook), unknown: !isFoundOut(fact), region, literals: new Map() }
}

/** What rules know of each fact, and of others what they can be at all; `@` and what follows tells moments apart. */
export function worldOver(universe: ReadonlyMap<string, ValueSet>): World {
  return (fact) => universe.get(fact) ?? universeOf(fact.split('@', 1)[0] ?? '', 'disconnect')
}
