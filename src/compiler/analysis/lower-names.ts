/** Patterns that are sets of domain names after all: what names and envelope addresses end with. */
import type { FactType } from '../../core/fact.ts'
import { type MapEntry, textOf } from '../../language/node.ts'
import { domainKey } from '../lists/domain-list.ts'
import { NameTree } from './name-tree.ts'

/** `.example.org` at the end of a domain is every name below it. */
export function namesIn({ key, value }: MapEntry, { type }: { readonly type: FactType }): NameTree | undefined {
  const nodes = value.kind === 'seq' ? value.items : [value]
  const texts = nodes.map((node) => (textOf(node) ?? '').toLowerCase())
  const entries = texts
    .map((text) => (text.startsWith('.') ? domainKey(text) : undefined))
    .filter((entry) => entry !== undefined)
  const isSuffix = type === 'domain' && key.value === 'ends_with' && entries.length === texts.length
  return isSuffix ? NameTree.of(entries) : undefined
}

/** `@example.org` and `.example.org` at the end of an envelope address say which domain it has, and nothing else. */
export function domainsOf({ key, value }: MapEntry, { name }: { readonly name: string }): NameTree | undefined {
  if (!ENVELOPE.has(name)) return undefined
  const nodes = value.kind === 'seq' ? value.items : [value]
  const entries = nodes.map((node) => domainEntry(key.value, (textOf(node) ?? '').toLowerCase()))
  const known = entries.filter((entry) => entry !== undefined)
  return known.length > 0 && known.length === entries.length ? NameTree.of(known) : undefined
}

const ENVELOPE: ReadonlySet<string> = new Set(['sender', 'rcpt'])
const ENDS: ReadonlyMap<string, RegExp> = new Map([
  ['ends_with', /^(?:@|(?=\.))([^@*?]+)$/],
  ['glob', /^\*(?:@(?:\*(?=\.))?|(?=\.))([^@*?]+)$/],
])

/** As a list of domains has it; undefined for a name that addresses are not compared with as it stands. */
function domainEntry(operator: string, text: string): string | undefined {
  const end = ENDS.get(operator)?.exec(text)?.[1]
  return end !== undefined && domainKey(end) === end ? end : undefined
}
