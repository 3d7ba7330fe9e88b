/**
 * Lists with entries that change nothing, because another entry contains them (LST611), and lists of DNS zones that nobody
 * serves any more (LST612), in rules too.
 *
 * Lists of up to ten thousand entries are looked at; longer ones are written by programs. An entry that stands twice is found
 * when the list is read.
 */
import { parentDomains } from '../../core/mail/domain.ts'
import { isIpFault, type Network, networkOf, parseNetwork } from '../../core/net/ip.ts'
import type { ListEntry, ListKind } from '../../core/list.ts'
import { itemPlace } from '../../language/deletion.ts'
import type { Finding, Range, Report, Span } from '../../language/diagnostic.ts'
import { fixOf, replace } from '../../language/fix.ts'
import { SourceText } from '../../language/source-text.ts'
import { domainKey } from '../lists/domain-list.ts'
import type { NamedList } from '../lists/list-registry.ts'
import type { LoadEnvironment } from '../load-environment.ts'
import { closedSince, closedZone } from './closed-zones.ts'
import type { Outline } from './outline.ts'
import { closedZonesInRules } from './zones-in-rules.ts'

const MOST_ENTRIES = 10_000
/** Of one list. */
const MOST_FINDINGS = 20

export async function analyseLists(outline: Outline, environment: LoadEnvironment): Promise<void> {
  const { plugins } = outline
  for (const finding of closedZonesInRules(outline)) environment.report.add(finding)
  const seen = new Set<string>()
  for (const { lists } of plugins)
    for (const name of lists.names) {
      const list = lists.get(name)
      if (list) await analyseList(list, seen, environment)
    }
}

async function analyseList({ kind, index }: NamedList, seen: Set<string>, environment: LoadEnvironment): Promise<void> {
  if (!index || index.size === 0 || index.size > MOST_ENTRIES) return
  const entries = [...index.entries()]
  const key = entries[0]?.at ?? ''
  if (seen.has(key)) return
  seen.add(key)
  const order = new Map(entries.map((entry, place) => [entry, place]))
  const idle = [
    ...containedIn(kind, entries).map((one) => ({ ...one, isBehind: isBehind(one, order) })),
    ...(kind === 'zone' ? entries.filter(isClosed).map((inner) => ({ inner })) : []),
  ]
  if (idle.length > 0) await reportIdle(idle, environment)
}

interface Idle {
  readonly inner: ListEntry
  /** Absent for a zone that is closed. */
  readonly outer?: ListEntry
  /** It stands behind that one. */
  readonly isBehind?: boolean
}

function isBehind({ inner, outer }: Idle, order: ReadonlyMap<ListEntry, number>): boolean {
  return outer !== undefined && (order.get(inner) ?? 0) > (order.get(outer) ?? 0)
}

function isClosed({ text }: ListEntry): boolean {
  return closedSince(text) !== undefined
}

function containedIn(kind: ListKind, entries: readonly ListEntry[]): readonly Idle[] {
  if (kind === 'ip') return networksIn(entries)
  return kind === 'domain' || kind === 'address' ? namesIn(entries) : []
}

function networksIn(entries: readonly ListEntry[]): readonly Idle[] {
  const byNetwork = new Map<string, ListEntry>()
  const prefixes = new Set<number>()
  const networks = entries.map(({ text }) => parseNetwork(text))
  for (const [index, network] of networks.entries()) {
    const entry = entries[index]
    if (!entry || isIpFault(network)) continue
    prefixes.add(network.prefix)
    byNetwork.set(keyOf(network), entry)
  }
  return networks.flatMap((network, index) => {
    const [inner, outer] = [entries[index], isIpFault(network) ? undefined : widerThan(network, prefixes, byNetwork)]
    return inner && outer ? [{ inner, outer }] : []
  })
}

function keyOf({ version, value, prefix }: Network): string {
  return `${version} ${value}/${prefix}`
}

function widerThan(
  network: Network,
  prefixes: ReadonlySet<number>,
  byNetwork: ReadonlyMap<string, ListEntry>,
): ListEntry | undefined {
  for (const prefix of prefixes) {
    const wider = prefix < network.prefix ? byNetwork.get(keyOf(networkOf(network, prefix))) : undefined
    if (wider) return wider
  }
  return undefined
}

/** `.example.org` contains every name below it, and a domain its mailboxes. */
function namesIn(entries: readonly ListEntry[]): readonly Idle[] {
  const keyFor = ({ text }: ListEntry): string => text.toLowerCase().replace(/^@/, '')
  const byKey = new Map(entries.map((entry) => [keyFor(entry), entry]))
  return entries.flatMap((inner) => {
    const outer = containersOf(keyFor(inner)).flatMap((key) => byKey.get(key) ?? [])[0]
    return outer ? [{ inner, outer }] : []
  })
}

function containersOf(key: string): readonly string[] {
  const at = key.lastIndexOf('@')
  const name = domainKey(at < 0 ? key : key.slice(at + 1))?.replace(/^\./, '') ?? ''
  const above = Array.from(parentDomains(name), (parent) => `.${parent}`)
  return at > 0 ? [name, ...above] : above
}

async function reportIdle(idle: readonly Idle[], environment: LoadEnvironment): Promise<void> {
  for (const one of idle.slice(0, MOST_FINDINGS)) {
    const place = await placeOf(one.inner, environment)
    const label = one.outer && (await placeOf(one.outer, environment))?.at
    if (place) add(environment.report, one, place, label)
  }
}

function add(report: Report, one: Idle, { at, whole }: Place, label: Span | undefined): void {
  const { inner, outer } = one
  const finding = outer ? contained(inner, outer, at, label) : closedZone(inner.text, at)
  const safety = outer && changesNothing(one) ? 'safe' : 'unsafe'
  if (finding) report.add({ ...finding, fixes: whole ? fixOf('delete it', safety, replace(whole, '')) : [] })
}

/** The first that fits is found: an entry before the one that contains it has its own reason, and what rules make of that. */
function changesNothing({ inner, outer, isBehind }: Idle): boolean {
  return isBehind === true || inner.reason === outer?.reason
}

function contained(inner: ListEntry, outer: ListEntry, at: Span, label: Span | undefined): Finding {
  return {
    code: 'LST611',
    severity: 'info',
    at,
    message: `\`${inner.text}\` is in \`${outer.text}\` already`,
    ...(label && { labels: [{ ...label, text: 'contains it' }] }),
    help: 'delete one of them',
  }
}

interface Place {
  readonly at: Span
  /** All of it: its line, or its item of a list. */
  readonly whole: Span | undefined
}

const PLACE = /^(.*?):(\d+)(?::(\d+))?$/

/** The text of an entry in its file; a list file is read again for it. */
async function placeOf({ text, at }: ListEntry, { files, sources }: LoadEnvironment): Promise<Place | undefined> {
  const [, path = '', line = '1', column] = PLACE.exec(at) ?? []
  const known = sources.get(path) ?? (await files.read(path))
  if (known === undefined) return undefined
  sources.set(path, known)
  const source = new SourceText(path, known)
  const inLine = column === undefined ? source.lineText(Number(line)).indexOf(text) : Number(column) - 1
  const start = source.lineStart(Number(line)) + Math.max(0, inLine)
  const span = source.span(start, start + text.length)
  const item = typed(span, text, source)
  const whole = column === undefined ? wholeLine(source, Number(line), inLine) : item && itemPlace(source, item)
  return { at: span, whole }
}

function wholeLine(source: SourceText, line: number, column: number): Span | undefined {
  return column < 0 ? undefined : source.span(source.lineStart(line), source.lineStart(line + 1))
}

/** In a YAML file an entry begins with its quote. Nowhere, where it stands there in other words. */
function typed({ range }: Span, text: string, source: SourceText): Range | undefined {
  const start = range.start.offset
  const quote = /["']/.exec(source.text[start] ?? '')?.[0] ?? ''
  const all = `${quote}${text}${quote}`
  return source.text.startsWith(all, start) ? source.span(start, start + all.length).range : undefined
}
