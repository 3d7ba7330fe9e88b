/**
 * Recipients before the one that relays, for rules that ask how many there are: a stranger has some of ours accepted first.
 *
 * Undefined where it cannot be told: where the first ones are accepted in another way, or change what the last one meets.
 */
import { isDeepStrictEqual } from 'node:util'
import { valueOf } from '../../language/node.ts'
import type { Product, World } from './product.ts'
import { RangeSet } from './range-set.ts'
import type { Way } from './relay-walk.ts'
import { type Witness, witnessOf } from './relay-witness.ts'
import { valuesIn } from './value-set.ts'

/** What an example may ask for. */
const MOST = 20

const COUNT = 'rcpt.count'

/** How many have to be there; 0 where none has. */
export function countBefore(product: Product): number | undefined {
  const asked = product.get(COUNT)
  if (!asked) return 0
  if (asked.region.kind !== 'range' || asked.literals.size > 0) return undefined
  const count = asked.region.and(RangeSet.above(0, true)).example()
  return count !== undefined && count <= MOST ? count : undefined
}

/** The product as it is for the first recipient. */
export function withoutCount(product: Product): Product {
  return new Map([...product, [COUNT, valuesIn(RangeSet.points([0]))]])
}

interface Following {
  readonly count: number
  readonly world: World
  readonly follow: (start: Product) => readonly Way[]
}

/** The session with so many of ours in front. */
export function withEarlier(last: Witness, { count, world, follow }: Following): Witness['session'] | undefined {
  const before = RangeSet.above(0, true).and(RangeSet.below(count, false)).whole()
  const start = new Map([...last.product].filter(([fact]) => !/^rcpt(?:\.|$)/.test(fact)))
  for (const way of follow(start.set(COUNT, valuesIn(before)))) {
    const first = way.rough || changesLater(way) ? undefined : witnessOf(way.product, world)
    const { rcpt: ours, ...others } = first?.session ?? {}
    const { rcpt, ...wanted } = last.session
    if (ours !== undefined && isDeepStrictEqual(others, wanted))
      return { ...last.session, rcpt: [...Array.from({ length: count }, () => ours), rcpt] }
  }
  return undefined
}

function changesLater({ rules }: Way): boolean {
  return rules.some(({ hook, node }) => hook === 'rcpt' && (valueOf(node, 'set') ?? valueOf(node, 'add')) !== undefined)
}
