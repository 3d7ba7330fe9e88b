/**
 * Tables: one test as it is written, many as they run. The first row names columns, every other row is a test of its own.
 *
 * A column is `name`, or a key of the session (`rcpt`, `auth.user`), else one of the expectation (`return`, `rule`);
 * `given.`, `expect.`, `params.` and `lists.` in front say which. `~` leaves the column out of its row.
 */
import type { Report } from '../language/diagnostic.ts'
import { type MapEntry, type MapNode, type ScalarNode, type SeqNode, valueOf, type YamlNode } from '../language/node.ts'
import { EXPECT_SCHEMA, SESSION_SCHEMA } from '../language/session-schema.ts'
import { suggest } from '../language/suggest.ts'

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
  const near = suggest(name, [
    'name',
    ...Object.keys(SESSION_SCHEMA.properties),
    ...Object.keys(EXPECT_SCHEMA.properties),
  ])
  report.add({
    code: 'TST903',
    at: node.at,
    message: `the table has a column \`${name}\`, which is no key of a session or an expectation`,
    ...(near !== undefined && { label: `did you mean \`${near}\`?` }),
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
    message: `this row has ${row.items.length} values, and the table has ${head.items.length} columns`,
    labels: [{ ...head.at, text: 'the columns' }],
    help: 'write `~` for a column that says nothing in this row',
  })
  return false
}

function rowTest(test: MapNode, row: SeqNode, columns: readonly Column[]): MapNode {
  const cells = columns.flatMap((column, index) => {
    const value = row.items[index]
    return value && !isLeftOut(value, column) ? [{ column, value }] : []
  })
  const named = withName(test, row, cells.find(({ column }) => column.path[0] === 'name')?.value)
  const isList = valueOf(test, 'expect')?.kind === 'seq'
  return cells.reduce((sofar, { column, value }) => {
    if (column.path[0] === 'name') return sofar
    return isList && column.path[0] === 'expect' ? alsoExpect(sofar, column, value) : put(sofar, column, value)
  }, named)
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

/** To the list of what must hold anyway, what the rows say is one more. */
function alsoExpect(test: MapNode, { at, path }: Column, value: YamlNode): MapNode {
  const expect = valueOf(test, 'expect')
  if (expect?.kind !== 'seq') return test
  const last = expect.items.at(-1)
  const isOurs = last?.kind === 'map' && last.at === at.at
  const one = put(isOurs ? last : { kind: 'map', at: at.at, entries: [] }, { at, path: path.slice(1) }, value)
  const items = [...(isOurs ? expect.items.slice(0, -1) : expect.items), one]
  return put(test, { at, path: ['expect'] }, { ...expect, items })
}

function keyOf(name: string, { at }: ScalarNode): Key {
  return { kind: 'scalar', at, value: name, source: name, quoted: false }
}
