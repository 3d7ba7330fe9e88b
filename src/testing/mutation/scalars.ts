/** What comes next to a number, an amount with a unit, or a network: a test at the border tells them apart. */
import { canonicalIp } from '../../core/net/ip.ts'
import type { ScalarNode } from '../../language/node.ts'
import type { Mutation } from '../../language/files/mutation-schema.ts'

export interface Neighbour {
  readonly mutation: Mutation
  readonly text: string
  readonly value: string | number
}

export function neighbours(node: ScalarNode): readonly Neighbour[] {
  const { value, source } = node
  if (typeof value === 'number' && Number.isFinite(value)) return numbersBeside(value)
  return typeof value === 'string' ? [...networksBeside(source), ...amountsBeside(source)] : []
}

function numbersBeside(value: number): readonly Neighbour[] {
  return [value - 1, value + 1].map((number) => ({ mutation: 'number', text: String(number), value: number }))
}

/** `5d` → `4d`, `6d`. */
function amountsBeside(source: string): readonly Neighbour[] {
  const [, digits, unit] = /^(\d{1,9})( ?[A-Za-z]{1,3})$/.exec(source) ?? []
  if (digits === undefined || unit === undefined || !UNITS.has(unit.trim().toLowerCase())) return []
  const amounts = [Number(digits) - 1, Number(digits) + 1].filter((amount) => amount > 0)
  return amounts.map((amount) => ({ mutation: 'number', text: `${amount}${unit}`, value: `${amount}${unit}` }))
}

const UNITS: ReadonlySet<string> = new Set(['ms', 's', 'm', 'h', 'd', 'w', 'b', 'kb', 'kib', 'mb', 'mib', 'gb', 'gib'])

/** One bit wider where that is a network with the same first address, one bit narrower: its first half. */
function networksBeside(source: string): readonly Neighbour[] {
  const [, address = '', digits = ''] = /^([0-9A-Fa-f:.]+)\/(\d{1,3})$/.exec(source) ?? []
  if (canonicalIp(address) === undefined) return []
  const bits = Number(digits)
  const most = address.includes(':') ? 128 : 32
  const lengths = [bits - 1, bits + 1].filter((length) => length >= 0 && length <= most)
  return lengths.map((length) => ({ mutation: 'network', text: `${address}/${length}`, value: `${address}/${length}` }))
}
