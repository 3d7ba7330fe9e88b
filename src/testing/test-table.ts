/**
 * Tables: one test as it is written, many as they run. The first row names columns, every other row is a test of its own.
 *
 * A column is `name`, or a key of the session (`rcpt`, `auth.user`), else one of the expectation (`return`, `rule`);
 * `given.`, `expect.`, `params.` and `lists.` in front say which. `~` leaves the column out of its row.
 */
import type { Report } from '../language/diagnostic.ts'
import { didYouMean } from '../language/fix.ts'
import { type MapEntry, type MapNode, type ScalarNode, type SeqNode, valueOf, type YamlNode } from '../language/node.ts'
import { EXPECT_SCHEMA, SESSION_SCHEMA } from '../language/files/session-schema.ts'

type Key = MapEntry['key']

interface Column {
  readonly at: ScalarNode
  /** Keys from the test down to the value. */
  readonly path: readonly string[]
}

/** The tests that a test with a `table` stands for; the test itself when it has none. What is wrong has been reported. */
export function rowsOf(test: YamlNode, report: Report): readonly YamlNode[] {
  const table = test.kind === 'map' ? valueOf(test, 'table') : undefined
  if (test.kind !== 'map' || table?.kind !== 'seq') return [test]
  const [head, ...rows] = table.items
  const columns = head?.kind === 'seq' ? head.items.map((item) => columnOf(item, report)) : []
  const sound = columns.filter((column) => column !== undefined)
  const rest = { ...test, entries: test.entries.filter(({ key }) => key.value !== 'table') }
  if (head?.kind !== 'seq' || sound.length < columns.length) return []
  return rows.flatMap((row) => (row.kind === 'seq' && fits(row, head, report) ? [rowTest(rest, row, sound)] : []))
}

const SECTIONS: ReadonlySet<string> = new Set(['given', 'expect', 'params', 'lists'])

function columnOf(node: YamlNode, report: Report): Column | undefined {
  const name = node.kind === 'scalar' ? node.source : ''
  const path = pathOf(name)
  if (path && node.kind === 'scalar') return { at: node, path }
  const known = ['name', ...Object.keys(SESSION_SCHEMA.properties), ...Object.keys(EXPECT_SCHEMA.properties)]
  report.add({
    code: 'TST903',
    at: node.at,
    message: `the table has a column \`${name}\`, which is no key of a session or an expectation`,
    ...(node.kind === 'scalar' && didYouMean(node, name, known)),
    help: 'a column is `name`, a key of `given` or `expect`, or begins with `given.`, `expect.`, `params.` or `lists.`',
  })
  return undefined
}

function pathOf(name: string): readonly string[] | undefined {
  const [first = '', ...rest] = name.split('.')
  const below = rest.length > 0 ? [rest.join('.')] : []
  if (name === 'name') return [name]
  if (SECTIONS.has(first)) return rest.length > 1 ? [first, rest[0] ?? '', rest.slice(1).join('.')] : [first, ...below]
  if (Object.hasOwn(SESSION_SCHEMA.properties, first)) return ['given', first, ...below]
  return Object.hasOwn(EXPECT_SCHEMA.properties, first) ? ['expect', first, ...below] : undefined
}

function fits(row: SeqNode, head: SeqNode, report: Report): boolean {
  if (row.items.length === head.items.length) return true
  report.add({
    code: 'TST903',
    at: row.at,
    message: `this row has ${count(row, 'value')}, and the table has ${count(head, 'column')}`,
    labels: [{ ...head.at, text: 'the columns' }],
    help: 'write `~` for a column that says nothing in this row',
  })
  return false
}

interface Cell {
  readonly column: Column
  readonly value: YamlNode
}

function rowTest(test: MapNode, row: SeqNode, columns: readonly Column[]): MapNode {
  const cells = columns.flatMap((column, index): readonly Cell[] => {
    const value = row.items[index]
    return value && !isLeftOut(value, column) ? [{ column, value }] : []
  })
  const of = (section: string): readonly Cell[] => cells.filter(({ column }) => column.path[0] === section)
  const named = withName(test, row, of('name')[0]?.value)
  const said = cells.filter(({ column }) => !['name', 'expect'].includes(column.path[0] ?? ''))
  const given = said.reduce((sofar, { column, value }) => put(sofar, column, value), named)
  return expecting(given, of('expect'))
}

/** In a list of what must hold anyway, what the row says is one more. */
function expecting(test: MapNode, cells: readonly Cell[]): MapNode {
  const expect = valueOf(test, 'expect')
  const [first] = cells
  if (!first) return test
  if (expect?.kind !== 'seq') return cells.reduce((sofar, { column, value }) => put(sofar, column, value), test)
  const empty: MapNode = { kind: 'map', at: first.value.at, entries: [] }
  const one = cells.reduce(
    (sofar, { column: { at, path }, value }) => put(sofar, { at, path: path.slice(1) }, value),
    empty,
  )
  return put(test, { at: first.column.at, path: ['expect'] }, { ...expect, items: [...expect.items, one] })
}

/** A client without a name is something to say. */
function isLeftOut(value: YamlNode, { path }: Column): boolean {
  return value.kind === 'scalar' && value.value === null && path[1] !== 'remote_host'
}

function withName(test: MapNode, row: SeqNode, given: YamlNode | undefined): MapNode {
  const name = valueOf(test, 'name')
  const words = given?.kind === 'scalar' ? given.source : row.items.map(wordsOf).join(', ')
  const text = `${name?.kind === 'scalar' ? name.source : ''} › ${words}`
  const value: ScalarNode = { kind: 'scalar', at: row.at, value: text, source: text, quoted: true }
  const entries = test.entries.map((entry) => (entry.key.value === 'name' ? { ...entry, value } : entry))
  return { ...test, entries }
}

function wordsOf(node: YamlNode): string {
  if (node.kind === 'scalar') return node.source
  return node.kind === 'seq' ? node.items.map(wordsOf).join(' ') : '{…}'
}

function put(map: MapNode, { at, path }: Column, value: YamlNode): MapNode {
  const [first = '', ...rest] = path
  const before = valueOf(map, first)
  const inner: MapNode = before?.kind === 'map' ? before : { kind: 'map', at: at.at, entries: [] }
  const after = rest.length === 0 ? value : put(inner, { at, path: rest }, value)
  const others = map.entries.filter(({ key }) => key.value !== first)
  return { ...map, entries: [...others, { key: keyOf(first, at), value: after }] }
}

function count({ items }: SeqNode, noun: string): string {
  return `${items.length} ${noun}${items.length === 1 ? '' : 's'}`
}

function keyOf(name: string, { at }: ScalarNode): Key {
  return { kind: 'scalar', at, value: name, source: name, quoted: false }
}
