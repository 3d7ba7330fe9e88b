/** Reads every format strictly: each throws at a document that is none. */
import assert from 'node:assert/strict'
import { FORMAT_NAMES, type FormatName, FORMATS } from '../../../src/cli/formats/index.ts'
import { checkWithAjv } from '../../../src/language/ajv.ts'
import { REPORT_SCHEMA, type SavedReport } from '../../../src/testing/report-shape.ts'
import { readTap, type TapDocument } from '../../support/tap-document.ts'
import { readXml, type XmlElement } from '../../support/xml-document.ts'
import { type Sarif, validSarif } from './sarif-schema.ts'

const RENDERERS = new Map(
  await Promise.all(FORMAT_NAMES.map(async (name) => [name, await FORMATS[name].load()] as const)),
)

export function render(name: FormatName, report: SavedReport, limit = 200): string {
  return RENDERERS.get(name)?.(report, { color: false, limit, verbose: false }) ?? assert.fail(name)
}

export function readJson(text: string): SavedReport {
  return valid(REPORT_SCHEMA, JSON.parse(text)) as SavedReport
}

/** By the databases in which documents are kept: half of a surrogate pair, and U+0000. */
const REFUSED = /(?<!\\)(?:\\\\)*\\u(?:d[89a-f]|0000)/

export function readSarif(text: string): Sarif {
  assert.doesNotMatch(text, REFUSED)
  const sarif = validSarif(JSON.parse(text))
  const [{ tool, results }] = sarif.runs
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId)
  const places = results.map(({ ruleId, partialFingerprints }) => `${ruleId} ${partialFingerprints['posternRule/v1']}`)
  assert.equal(new Set(places).size, places.length, 'two results with one fingerprint')
  return sarif
}

function valid(schema: object, value: unknown): unknown {
  assert.deepEqual(checkWithAjv(schema, value), [])
  return value
}

export type Line = Readonly<Record<string, unknown>> & { readonly kind: string }

export function readNdjson(text: string): readonly Line[] {
  const lines = text.split('\n').map((line) => JSON.parse(line) as Line)
  assert.equal(lines[0]?.kind, 'run')
  assert.equal(lines.at(-1)?.kind, 'summary')
  return lines
}

export interface WorkflowCommand {
  readonly kind: string
  readonly properties: ReadonlyMap<string, string>
  readonly text: string
}

const COMMAND = /^::(error|warning|notice) ([^:]*)::([^\r]*)$/

/** As the runner reads them: anything that is no command of ours throws. */
export function readGithub(text: string): readonly WorkflowCommand[] {
  if (text === '') return []
  return text.split('\n').map((line) => {
    const [, kind = '', properties = '', data = ''] = COMMAND.exec(line) ?? assert.fail(`no command: ${line}`)
    const pairs = properties.split(',').map((pair) => {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(pair) ?? assert.fail(`no property: ${pair}`)
      return [name, unescaped(value)] as const
    })
    return { kind, properties: new Map(pairs), text: unescaped(data) }
  })
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['%25', '%'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
])

function unescaped(text: string): string {
  return text.replace(/%../g, (code) => ESCAPES.get(code) ?? assert.fail(`escape ${code}`))
}

/**
 * What GitLab reads (docs "Code Quality", `codeclimate.json` in its source): one issue that lacks something ends its reading.
 * It takes any text for severity and fingerprint; these are the ones that it draws and keeps apart.
 */
const ISSUE = {
  type: 'object',
  required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
  properties: {
    description: { type: 'string', minLength: 1 },
    check_name: { type: 'string', minLength: 1 },
    fingerprint: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
    location: {
      type: 'object',
      required: ['path', 'lines'],
      properties: {
        path: { type: 'string', pattern: '^(?!\\.{0,2}/)' },
        lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
      },
    },
  },
} as const

export interface Issue {
  readonly description: string
  readonly severity: string
  readonly fingerprint: string
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } }
}

export function readGitlab(text: string): readonly Issue[] {
  assert.doesNotMatch(text, REFUSED)
  const issues = valid({ type: 'array', items: ISSUE }, JSON.parse(text)) as readonly Issue[]
  assert.equal(new Set(issues.map(({ fingerprint }) => fingerprint)).size, issues.length)
  return issues
}

export interface LcovRecord {
  readonly file: string
  readonly lines: ReadonlyMap<number, number>
  readonly functions: ReadonlyMap<string, number>
  /** `line,block,branch` → times taken. */
  readonly branches: ReadonlyMap<string, string>
}

const LCOV_LINES =
  /^(?:TN:|SF:.+|FN:\d+,\S+|FNDA:\d+,\S+|FN[FH]:\d+|BRDA:\d+,\d+,\d+,(?:\d+|-)|BR[FH]:\d+|DA:\d+,\d+|L[FH]:\d+)$/

export function readLcov(text: string): readonly LcovRecord[] {
  if (text === '') return []
  assert.ok(text.endsWith('end_of_record'))
  return text
    .split(/^end_of_record$/m)
    .slice(0, -1)
    .map((record) => lcovRecord(record.trim()))
}

function lcovRecord(record: string): LcovRecord {
  const lines = record.split('\n')
  for (const line of lines) assert.match(line, LCOV_LINES)
  const values = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1))
  const functions = new Map(values('FNDA').map((value) => [value.replace(/^\d+,/, ''), Number.parseInt(value, 10)]))
  const branches = new Map(values('BRDA').map((value) => [value.replace(/,[^,]+$/, ''), value.replace(/^.*,/, '')]))
  const covered = new Map(values('DA').map((value) => [Number.parseInt(value, 10), Number(value.replace(/^\d+,/, ''))]))
  const hits = (counts: Iterable<number>): number => [...counts].filter((times) => times > 0).length
  const taken = [...branches.values()].map((times) => (times === '-' ? 0 : Number(times)))
  assert.deepEqual([values('FNF'), values('FNH')], [[String(functions.size)], [String(hits(functions.values()))]])
  assert.deepEqual([values('BRF'), values('BRH')], [[String(branches.size)], [String(hits(taken))]])
  assert.deepEqual([values('LF'), values('LH')], [[String(covered.size)], [String(hits(covered.values()))]])
  const [file = assert.fail('no file')] = values('SF')
  return { file, functions, branches, lines: covered }
}

export function readJunit(text: string): XmlElement {
  const root = readXml(text)
  assert.equal(root.name, 'testsuites')
  countsHold(root)
  return root
}

/** Figures of a suite are those of what is in it. */
function countsHold(element: XmlElement): void {
  const inside = (name: string, of: XmlElement): number =>
    of.children.reduce(
      (sum, child) => (typeof child === 'string' ? sum : sum + (child.name === name ? 1 : inside(name, child))),
      0,
    )
  const figures = new Map([
    ['tests', 'testcase'],
    ['failures', 'failure'],
    ['errors', 'error'],
    ...(element.name === 'testsuite' ? ([['skipped', 'skipped']] as const) : []),
  ])
  for (const [figure, name] of figures) assert.equal(element.attributes.get(figure), String(inside(name, element)))
  for (const child of element.children) if (typeof child !== 'string' && child.name === 'testsuite') countsHold(child)
}

export function readCheckstyle(text: string): XmlElement {
  const root = readXml(text)
  assert.equal(root.name, 'checkstyle')
  return root
}

/** A table row has as many cells as its head; nothing outside is HTML. */
export function readMarkdown(text: string): readonly string[] {
  const lines = text.split('\n')
  let cells = 0
  for (const line of lines) {
    assert.ok(!withoutCode(line).includes('<'), `HTML: ${line}`)
    const count = line.startsWith('|') ? (line.replaceAll('\\|', '').match(/\|/g)?.length ?? 0) : 0
    assert.ok(cells === 0 || count === 0 || count === cells, `a row that does not fit: ${line}`)
    cells = count
  }
  return lines
}

/** What stands outside of code; a backslash there takes the meaning of the next character. */
function withoutCode(line: string): string {
  let outside = ''
  for (let index = 0; index < line.length; index += 1) {
    const end = line[index] === '`' ? line.indexOf('`', index + 1) : -1
    if (end > 0) index = end
    else if (line[index] === '\\') index += 1
    else outside += line[index] ?? ''
  }
  return outside
}

export function readCompact(text: string): readonly string[] {
  if (text === '') return []
  const lines = text.split('\n')
  for (const line of lines)
    assert.match(line, /^(?:.+?:\d+:\d+: (?:error|warning|info)\[[A-Za-z][\w-]*\] |postern: error: )/)
  return lines
}

export function readTapReport(text: string): TapDocument {
  return readTap(text)
}

const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*"| open)*)>/
const VOID = new Set(['meta'])
const KNOWN = new Set(
  'html head meta title style body h1 h2 h3 p b em code pre span section article details summary table tr td th ul li div footer'.split(
    ' ',
  ),
)

/** A page: tags that we write and no others, each closed, without anything that loads or runs. Answers with its text. */
export function readHtml(page: string): string {
  const doctype = '<!doctype html>\n'
  assert.ok(page.startsWith(doctype))
  const open: string[] = []
  let text = ''
  for (let at = doctype.length; at < page.length; ) {
    const next = page.indexOf('<', at)
    if (next !== at) {
      const between = page.slice(at, next < 0 ? undefined : next)
      assert.ok(!between.includes('>') && (open.length > 0 || between.trim() === ''))
      if (open.at(-1) !== 'style') text += unescapedXml(between)
      at += between.length
      continue
    }
    const [tag, slash = '', name = '', attributes = ''] =
      TAG.exec(page.slice(at, at + 2000)) ?? assert.fail(page.slice(at, at + 80))
    assert.ok(KNOWN.has(name), name)
    assert.doesNotMatch(attributes, / (?:on\w+|src|href|style)=/)
    if (slash !== '') assert.equal(open.pop(), name)
    else if (!VOID.has(name)) open.push(name)
    at += tag.length
  }
  assert.deepEqual(open, [])
  return text
}

function unescapedXml(text: string): string {
  assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot);)/)
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

export const READERS = {
  pretty: (text: string): unknown => assert.ok(!/[^\P{Cc}\n]/u.test(text)),
  compact: readCompact,
  json: readJson,
  ndjson: readNdjson,
  sarif: readSarif,
  junit: readJunit,
  github: readGithub,
  gitlab: readGitlab,
  checkstyle: readCheckstyle,
  markdown: readMarkdown,
  html: readHtml,
  tap: readTapReport,
  lcov: readLcov,
} as const satisfies Record<FormatName, (text: string) => unknown>
