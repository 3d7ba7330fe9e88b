/**
 * Sets of whole numbers, of numbers, and of IP addresses as sorted ranges that do not touch.
 *
 * An IPv4 address is its number; IPv6 addresses come behind all of them.
 */
import { formatIp, type Network } from '../../core/net/ip.ts'
import type { Region } from './region.ts'

type Limit = number | bigint

/** A place between two values: before `at`, or right after it. */
export interface Cut {
  readonly at: Limit
  readonly after: boolean
}

export interface Range {
  readonly from: Cut
  readonly to: Cut
}

const LOWEST: Cut = { at: Number.NEGATIVE_INFINITY, after: false }
const HIGHEST: Cut = { at: Number.POSITIVE_INFINITY, after: true }

function isBefore(one: Cut, other: Cut): boolean {
  return one.at < other.at || (one.at === other.at && !one.after && other.after)
}

function later(one: Cut, other: Cut): Cut {
  return isBefore(one, other) ? other : one
}

function earlier(one: Cut, other: Cut): Cut {
  return isBefore(one, other) ? one : other
}

export class RangeSet implements Region<RangeSet> {
  readonly kind = 'range'
  readonly ranges: readonly Range[]

  private constructor(ranges: readonly Range[]) {
    this.ranges = ranges
  }

  /** Ranges in any order; they may overlap. */
  static of(ranges: readonly Range[]): RangeSet {
    const sorted = ranges
      .filter(({ from, to }) => isBefore(from, to))
      .toSorted((a, b) => (isBefore(a.from, b.from) ? -1 : 1))
    const joined: Range[] = []
    for (const range of sorted) {
      const last = joined.at(-1)
      if (!last || isBefore(last.to, range.from)) joined.push(range)
      else joined[joined.length - 1] = { from: last.from, to: later(last.to, range.to) }
    }
    return new RangeSet(joined)
  }

  static readonly all = new RangeSet([{ from: LOWEST, to: HIGHEST }])

  static points(values: readonly number[]): RangeSet {
    return RangeSet.of(values.map((at) => ({ from: { at, after: false }, to: { at, after: true } })))
  }

  static below(at: number, included: boolean): RangeSet {
    return new RangeSet([{ from: LOWEST, to: { at, after: included } }])
  }

  static above(at: number, included: boolean): RangeSet {
    return new RangeSet([{ from: { at, after: !included }, to: HIGHEST }])
  }

  static networks(networks: readonly Network[]): RangeSet {
    return RangeSet.of(networks.map(rangeOf))
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0
  }

  and(other: RangeSet): RangeSet {
    if (this === RangeSet.all) return other
    if (other === RangeSet.all || other === this) return this
    const common: Range[] = []
    for (let [mine, theirs] = [0, 0]; ; ) {
      const [one, two] = [this.ranges[mine], other.ranges[theirs]]
      if (!one || !two) return new RangeSet(common)
      const range = { from: later(one.from, two.from), to: earlier(one.to, two.to) }
      if (isBefore(range.from, range.to)) common.push(range)
      if (isBefore(one.to, two.to)) mine += 1
      else theirs += 1
    }
  }

  not(): RangeSet {
    const gaps: Range[] = []
    let from = LOWEST
    for (const range of this.ranges) {
      if (isBefore(from, range.from)) gaps.push({ from, to: range.from })
      from = range.to
    }
    if (isBefore(from, HIGHEST)) gaps.push({ from, to: HIGHEST })
    return new RangeSet(gaps)
  }

  /** By an amount: what a number in here becomes when it is added. */
  shifted(by: number): RangeSet {
    const move = ({ at, after }: Cut): Cut => ({ at: typeof at === 'number' ? at + by : at, after })
    return new RangeSet(this.ranges.map(({ from, to }) => ({ from: move(from), to: move(to) })))
  }

  /** Only the whole numbers in it: what counts, sizes, ports and addresses are. */
  whole(): RangeSet {
    return RangeSet.of(this.ranges.map(({ from, to }) => ({ from: wholeCut(from), to: wholeCut(to) })))
  }

  example(): number | undefined {
    const [first] = this.ranges
    const value = first && exampleIn(first)
    return typeof value === 'bigint' ? undefined : value
  }

  /** Some address, when this is a set of addresses. */
  exampleAddress(): string | undefined {
    const [first] = this.ranges
    const value = first && exampleIn(first)
    return value === undefined ? undefined : addressAt(value)
  }

  /** Blocks of addresses that it lies in, the small one first, when there is one: of IPv4 addresses the /16 and the /8. */
  blocks(): readonly string[] | undefined {
    const [first, last] = [this.ranges[0], this.ranges.at(-1)]
    if (!first || !last || isEndless(first) || isEndless(last)) return undefined
    const [from, to] = [BigInt(Math.floor(Number(first.from.at))), last.to.at]
    const end = typeof to === 'bigint' ? to - 1n : BigInt(Math.ceil(to) - 1)
    const start = typeof first.from.at === 'bigint' ? first.from.at : from
    const sizes = start < BEHIND_IPV4 ? ([16n, 24n] as const) : ([80n, 96n] as const)
    const blocks = sizes.flatMap((bits) => (start >> bits === end >> bits ? [`${start >> bits} of ${bits}`] : []))
    return blocks.length > 0 ? blocks : undefined
  }

  /** Nobody asks predicates about numbers. */
  values(): undefined {
    return undefined
  }
}

function isEndless({ from, to }: Range): boolean {
  return from.at === Number.NEGATIVE_INFINITY || to.at === Number.POSITIVE_INFINITY
}

/** IPv6 addresses begin behind the last IPv4 address. */
const BEHIND_IPV4 = 2n ** 32n

function rangeOf({ version, value, prefix }: Network): Range {
  if (version === 4) return rangeBetween(value, value + 2 ** (32 - prefix))
  return rangeBetween(value + BEHIND_IPV4, value + BEHIND_IPV4 + 2n ** BigInt(128 - prefix))
}

function rangeBetween(first: Limit, behind: Limit): Range {
  return { from: { at: first, after: false }, to: { at: behind, after: false } }
}

/** All addresses there are. */
export const ADDRESSES = RangeSet.networks([
  { version: 4, value: 0, prefix: 0 },
  { version: 6, value: 0n, prefix: 0 },
])

function addressAt(value: Limit): string {
  return value < BEHIND_IPV4
    ? formatIp({ version: 4, value: Number(value) })
    : formatIp({ version: 6, value: BigInt(value) - BEHIND_IPV4 })
}

/** Between whole numbers there is one place to cut, so that ranges which touch leave no gap. */
function wholeCut({ at, after }: Cut): Cut {
  if (typeof at === 'bigint' || !Number.isFinite(at)) return { at, after }
  return { at: after ? Math.floor(at) + 1 : Math.ceil(at), after: false }
}

function exampleIn({ from, to }: Range): Limit {
  if (!from.after && from.at !== Number.NEGATIVE_INFINITY) return from.at
  if (to.after && to.at !== Number.POSITIVE_INFINITY) return to.at
  if (from.at === Number.NEGATIVE_INFINITY) return to.at === Number.POSITIVE_INFINITY ? 0 : minusOne(to.at)
  if (to.at === Number.POSITIVE_INFINITY) return plusOne(from.at)
  return between(from.at, to.at)
}

function minusOne(at: Limit): Limit {
  return typeof at === 'bigint' ? at - 1n : at - 1
}

function plusOne(at: Limit): Limit {
  return typeof at === 'bigint' ? at + 1n : at + 1
}

function between(low: Limit, high: Limit): Limit {
  if (typeof low === 'bigint' || typeof high === 'bigint') return plusOne(low)
  return Number.isInteger(low) && low + 1 < high ? low + 1 : (low + high) / 2
}
