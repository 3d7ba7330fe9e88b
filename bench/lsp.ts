/**
 * `postern lsp`: from a key stroke to the findings, and to what can be completed, in a file of 500 lines.
 *
 *     npm exec -- node bench/lsp.ts [STROKES]
 *
 * The site is `postern init`'s with the recommended ruleset, a list of 10,000 domains and a plugin of 500 lines, in which a
 * letter is typed at another place each time. The yardstick is the parser alone, on that plugin: the ratio to it is what to
 * compare between machines. The server waits 10 ms behind a key stroke before it looks; that is added to the milliseconds shown.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { complete } from '../src/cli/lsp/complete.ts'
import { QUIET } from '../src/cli/lsp/server.ts'
import { type Looked, Workspace } from '../src/cli/lsp/workspace.ts'
import { type Diagnostic, Report } from '../src/language/diagnostic.ts'
import { parseYaml } from '../src/language/yaml.ts'
import { listFiles } from '../src/ports/list-files.ts'

const STROKES = Number(process.argv[2] ?? 100)
const LINES = 500
const POSTERN = join(import.meta.dirname, '../src/cli/postern.js')

/** Rules of several sorts, six lines each. */
function plugin(): string {
  const conditions = [
    (n: number) => `{ sender.domain: [d${n}.example, .s${n}.example] }`,
    (n: number) => `{ remote_ip: 10.${n}.0.0/16, not: { immune: true } }`,
    (n: number) => `{ helo: { regex: '^host-${n}-' } }`,
    (n: number) => `{ sender.domain: { in_list: spammers }, rcpt.count: { gt: ${500 - n} } }`,
    (n: number) => `{ any: [{ rcpt.user: box${n} }, { rcpt.detail: t${n} }] }`,
  ]
  const head = ['plugin: big', 'lists:', '  spammers: { of: domain, file: lists/spammers }', 'hooks:', '  rcpt:']
  const rules = Array.from({ length: Math.floor((LINES - head.length) / 6) }, (_, n) => [
    `    - id: rule-${n}`,
    `      summary: Rule number ${n}`,
    `      match: ${conditions[n % conditions.length]?.(n)}`,
    '      unless: { relay_client: true }',
    '      return: DENY',
    '      message: "no mail from ${sender} here"',
  ])
  return [...head, ...rules.flat(), ''].join('\n')
}

function makeSite(root: string): string {
  const { status, stderr } = spawnSync(process.execPath, [POSTERN, 'init', root], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const site = join(root, 'postern.yaml')
  writeFileSync(
    site,
    readFileSync(site, 'utf8').replace('  - ./rules/house.yaml', '  - ./rules/house.yaml\n  - ./rules/big.yaml'),
  )
  writeFileSync(join(root, 'lists/spammers'), Array.from({ length: 10_000 }, (_, n) => `spam${n}.example`).join('\n'))
  const big = join(root, 'rules/big.yaml')
  writeFileSync(big, plugin())
  return big
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function expectNothing(wrong: readonly Diagnostic[] = []): void {
  if (wrong.length > 0) throw new Error(`nothing is wrong, and it says ${wrong[0]?.message}`)
}

interface Row {
  readonly name: string
  readonly times: readonly number[]
  readonly wait: number
}

function show({ name, times, wait }: Row, yardstick: number): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  const [middle, late] = [at(0.5), at(0.95)]
  console.log(
    `${name.padEnd(28)} ${(middle + wait).toFixed(1).padStart(6)} ms, 95 of 100 within ${(late + wait).toFixed(1).padStart(6)} ms ${(middle / yardstick).toFixed(1).padStart(6)} × parser`,
  )
}

const root = mkdtempSync(join(tmpdir(), 'postern-bench-'))
try {
  const file = makeSite(root)
  const text = readFileSync(file, 'utf8')
  const workspace = new Workspace(listFiles())
  const typed = (stroke: number): readonly [string, number] => {
    const offset =
      text.indexOf('summary: Rule', Math.floor((text.length * stroke) / STROKES / 1.2)) + 'summary: Rule'.length
    return [`${text.slice(0, offset)}${'x'.repeat(stroke % 7)}${text.slice(offset)}`, offset]
  }
  const times = {
    parser: new Array<number>(),
    findings: new Array<number>(),
    analysis: new Array<number>(),
    completions: new Array<number>(),
  }
  const warmUp = 20
  for (let stroke = -warmUp; stroke < STROKES; stroke += 1) {
    const [now, offset] = typed(Math.max(0, stroke))
    workspace.files.edit(file, now)
    let next: Looked['later'] = () => Promise.resolve(new Map())
    const seen = await time(async () => {
      const { soon, later } = await workspace.diagnostics()
      next = later
      expectNothing(soon.get(file))
    })
    const deep = await time(async () => expectNothing((await next()).get(file)))
    const offered = await time(async () => {
      const model = await workspace.modelAround(file)
      complete(file, now, offset, model)
    })
    const parsed = await time(() => parseYaml(now, file, new Report()))
    if (stroke < 0) continue
    times.findings.push(seen)
    times.analysis.push(deep)
    times.completions.push(offered)
    times.parser.push(parsed)
  }
  const yardstick = times.parser.toSorted((a, b) => a - b)[STROKES >> 1] ?? 0
  console.log(
    `${cpus()[0]?.model}, Node ${process.version}, ${STROKES} key strokes, ${text.split('\n').length - 1} lines`,
  )
  show({ name: 'the parser alone', times: times.parser, wait: 0 }, yardstick)
  show({ name: 'findings', times: times.findings, wait: QUIET }, yardstick)
  show({ name: 'analysis, once it is quiet', times: times.analysis, wait: 0 }, yardstick)
  show({ name: 'completion', times: times.completions, wait: 0 }, yardstick)
} finally {
  rmSync(root, { recursive: true })
}
