/** Lines of access tables as entries of lists, with how particular they are: the more so, the earlier they are asked for. */
import { canonicalDomain } from '../../../core/mail/domain.ts'
import { isIpFault, parseNetwork } from '../../../core/net/ip.ts'
import type { AccessUse, Subject } from './access-subjects.ts'
import type { TableEntry } from './table-ref.ts'

export type Asked = Subject['keys'][number]

export interface Entries {
  readonly path: string | undefined
  readonly isCidr: boolean
  readonly entries: readonly TableEntry[]
  readonly name: string
  readonly use: AccessUse
}

export interface Line {
  /** As a list has it; several for a domain that stands for those below it too. */
  readonly keys: readonly string[]
  /** Higher is asked first. */
  readonly rank: number
  readonly entry: TableEntry
}

export function lineFor(entry: TableEntry, asked: Asked, { isCidr, use }: Entries): Line | undefined {
  const { text } = entry.key
  if (asked.isIp) return networkLine(entry, isCidr)
  if (isCidr) return undefined
  if (asked.isUser) return /^[^@\s]+@$/.test(text) ? { keys: [text.slice(0, -1)], rank: 0, entry } : undefined
  if (asked.of === 'address' && text.includes('@'))
    return /^[^@\s]+@./.test(text) ? { keys: [text], rank: 1000, entry } : undefined
  const line = domainLine(entry, use.parentsMatch)
  return line && asked.of === 'pattern' ? { ...line, keys: [patternFor(line.keys)] } : line
}

function domainLine(entry: TableEntry, parentsMatch: boolean): Line | undefined {
  const { text } = entry.key
  const name = canonicalDomain(text.startsWith('.') ? text.slice(1) : text)
  if (name === undefined) return undefined
  const isBelow = text.startsWith('.')
  if (isBelow && parentsMatch) return undefined
  const depth = name.split('.').length * 2
  if (isBelow) return { keys: [`.${name}`], rank: depth, entry }
  return { keys: parentsMatch ? [name, `.${name}`] : [name], rank: depth + 1, entry }
}

/** What is found by a word is a text to lists, so its domains are patterns. */
function patternFor(keys: readonly string[]): string {
  const [name = ''] = keys
  const escaped = name.replaceAll('.', '[.]')
  if (name.startsWith('.')) return `${escaped}$`
  return keys.length > 1 ? `(^|[.])${escaped}$` : `^${escaped}$`
}

/** Tables of addresses have networks by their first numbers; cidr tables go by the order of lines. */
function networkLine(entry: TableEntry, isCidr: boolean): Line | undefined {
  const text = entry.key.text.replace(/^\[(.*)\]/, '$1')
  const isPart = !isCidr && /^\d{1,3}(?:\.\d{1,3}){0,2}$/.test(text)
  const key = isPart ? `${text}.` : text
  const network = parseNetwork(key)
  if (isIpFault(network) || (!isCidr && text.includes('/'))) return undefined
  return { keys: [key], rank: isCidr ? 0 : network.prefix, entry }
}
