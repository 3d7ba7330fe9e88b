/**
 * A product: what some facts of a session may be, each on its own.
 *
 * Facts that hang together (an address and its parts, what may relay and what is immune) are kept in step here: a product
 * that no session can have is none.
 */
import { intersect, isEmptySet, type ValueSet } from './value-set.ts'

export type Product = ReadonlyMap<string, ValueSet>

/** What a fact can be at all, before anybody asks. */
export type World = (fact: string) => ValueSet

export const EVERY_SESSION: Product = new Map()

/** Undefined when nothing is left. */
export function narrowed(product: Product, fact: string, to: ValueSet, world: World): Product | undefined {
  const before = product.get(fact) ?? world(fact)
  const set = intersect(before, to)
  if (isEmptySet(set)) return undefined
  const next = new Map(product).set(fact, set)
  return isSound(next, fact, world) ? next : undefined
}

function isSound(product: Product, fact: string, world: World): boolean {
  if (!HANGS_TOGETHER.test(fact)) return true
  const read = (name: string): ValueSet => product.get(name) ?? world(name)
  const address = ADDRESS_PART.exec(fact)
  if (address) return isAddress(address[1] ?? '', address[2] ?? '', read)
  const right = RIGHT.exec(fact)
  return right ? isRight(right[1] ?? '', product) : true
}

const HANGS_TOGETHER = /^(?:sender|rcpt|relay_client|immune)/

/** `sender`, `sender.domain`; behind the name may stand what tells two moments apart. */
const ADDRESS_PART = /^(sender|rcpt)(?:\.(?:user|domain|null))?(@.*)?$/

type Read = (fact: string) => ValueSet

/** A mailbox has both parts, the bare postmaster only a user, the null sender neither; and there may be no address yet. */
function isAddress(name: string, moment: string, read: Read): boolean {
  const [whole, user, domain] = [read(name + moment), read(`${name}.user${moment}`), read(`${name}.domain${moment}`)]
  const isNull = name === 'sender' ? read(`sender.null${moment}`) : undefined
  const may = (text: string): boolean => !isNull || holdsText(isNull, text)
  if (whole.absent && user.absent && domain.absent && (isNull?.absent ?? true)) return true
  if (whole.region.isEmpty) return false
  if (!user.region.isEmpty && !domain.region.isEmpty && may('false')) return true
  if (!domain.absent) return false
  return (name === 'sender' && user.absent && may('true')) || (holdsText(user, 'postmaster') && may('false'))
}

function holdsText({ region }: ValueSet, text: string): boolean {
  return region.kind !== 'texts' || region.texts.has(text) !== region.isInverted
}

/** `immune@7.2` is what `relay_client@7` makes it at least. */
const RIGHT = /^(?:relay_client|immune)(?:@([^.]*))?/

function isRight(moment: string, product: Product): boolean {
  const relay = product.get(moment === '' ? 'relay_client' : `relay_client@${moment}`)
  if (!relay || holdsText(relay, 'false')) return true
  const prefix = moment === '' ? 'immune' : `immune@${moment}.`
  for (const [fact, set] of product) if (fact.startsWith(prefix) && !holdsText(set, 'true')) return false
  return true
}
