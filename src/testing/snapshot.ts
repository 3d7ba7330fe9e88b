/**
 * Snapshots: what the sessions of a test decide, in lines that a reviewer reads, stored beside the test file.
 *
 * A line for each hook at which somebody decided, would have, or edited the message, and for what is left at the end.
 * `house.test.yaml` has its snapshots in `house.test.snap`: YAML, a list of lines for each test by its name.
 */
import type { Decision } from '../core/decision.ts'
import { entriesOf, type MapNode, textOf, type YamlNode } from '../language/node.ts'
import { escapedText } from '../language/yaml/text.ts'
import type { Mismatch } from './compare.ts'
import type { Step } from './test-case.ts'
import type { Walked } from './walk.ts'

export type Snapshot = readonly string[]

const HEAD = '# What these tests decide. Written by `postern test --update-snapshots`; read the changes like code.\n'

export function snapshotPath(path: string): string {
  return path.replace(/\.ya?ml$/, '.snap')
}

/** What was stored, with where it stands; the file is a map of lists. */
export function readSnapshots(root: YamlNode | undefined): ReadonlyMap<string, StoredSnapshot> {
  const entries = entriesOf(root)
  return new Map(entries.map(({ key, value }) => [key.value, { at: key.at, lines: linesIn(value) }]))
}

export interface StoredSnapshot {
  readonly at: MapNode['at']
  readonly lines: Snapshot
}

function linesIn(node: YamlNode): Snapshot {
  return node.kind === 'seq' ? node.items.flatMap((item) => textOf(item) ?? []) : []
}

export function writeSnapshots(snapshots: ReadonlyMap<string, Snapshot>): string {
  const blocks = [...snapshots].map(([name, lines]) =>
    [`${escapedText(name)}:`, ...lines.map((line) => `  - ${escapedText(line)}`)].join('\n'),
  )
  return `${HEAD}${blocks.join('\n')}\n`
}

export function snapshotOf({ label }: Step, walked: Walked): Snapshot {
  const lines = [
    ...walked.decisions.flatMap((decision, index) => decisionLine(decision, walked, index)),
    ...atTheEnd(walked),
  ]
  return label === undefined ? lines : lines.map((line) => `${label} ${line}`)
}

function decisionLine(decision: Decision, { outcomes }: Walked, index: number): Snapshot {
  const { hook, rcpt, return: code, reply, plugin, rule, headers } = decision
  const where = `${hook}${rcpt === undefined ? '' : ` ${rcpt}`}`
  const by = rule === undefined ? [] : [`${where}: ${code} by ${plugin}/${rule}${reply === '' ? '' : `, ${reply}`}`]
  const refused = rule === undefined && isRefused(reply) ? [`${where}: ${reply} by no rule`] : []
  const would = (outcomes[index]?.monitored ?? []).map(
    (one) => `${where}: would be ${one.verdict.code} by ${one.plugin}/${one.rule}`,
  )
  return [...by, ...refused, ...would, ...headers.map((edit) => `${where}: header ${edit}`)]
}

function isRefused(reply: string): boolean {
  return /^[45]/.test(reply)
}

function atTheEnd({ accepted, connection, transaction, decisions }: Walked): Snapshot {
  const notes = Object.entries(decisions.at(-1)?.notes ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    `end: accepted ${accepted.length > 0 ? accepted.join(', ') : 'nobody'}`,
    ...(connection.relayClient ? ['end: relay_client'] : []),
    ...(connection.immune || transaction?.immune ? ['end: immune'] : []),
    ...(connection.score === 0 ? [] : [`end: score ${connection.score}`]),
    ...notes.map(([name, value]) => `end: note.${name} ${String(value)}`),
  ]
}

/** Lines that are gone beside lines that are new, place by place. */
export function compareSnapshots(stored: Snapshot, now: Snapshot): readonly Mismatch[] {
  const gone = stored.filter((line) => !now.includes(line))
  const added = now.filter((line) => !stored.includes(line))
  const pairs = Array.from({ length: Math.max(gone.length, added.length) }, (_, index) => ({
    field: 'snapshot',
    expected: gone[index] ?? 'nothing',
    actual: added[index] ?? 'nothing',
  }))
  const isReordered = pairs.length === 0 && stored.join('\n') !== now.join('\n')
  return isReordered ? [{ field: 'snapshot', expected: stored.join('; '), actual: now.join('; ') }] : pairs
}
