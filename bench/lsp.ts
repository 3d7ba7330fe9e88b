/**
 * `postern lsp`: from a key stroke to the findings, and to what can be completed, in a file of 500 lines.
 *
 *     npm exec -- node bench/lsp.ts [STROKES]
 *
 * The site is `postern init`'s with the recommended ruleset, a list of 10,000 domains and a plugin of 500 lines, in which a
 * letter is typed at another place each time. The yardstick is the parser alone, on that plugin: the ratio to it, in CPU time, is
 * what to compare between machines. The last column is by the clock, from the key stroke on: the server waits 10 ms before it
 * looks. Figures are medians.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { complete } from '../src/cli/lsp/complete.ts'
import { QUIET } from '../src/cli/lsp/server.ts'
import { type Looked, Workspace } from '../src/cli/lsp/workspace.ts'
import { type Diagnostic, Report } from '../src/language/diagnostic.ts'
import { parseYaml } from '../src/language/yaml/parse.ts'
import { listFiles } from '../src/ports/list-files.ts'

const STROKES = Number(process.argv[2] ?? 100)
const LINES = 500
/** Lines of tests among them. */
const TESTS = 15
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
  const rules = Array.from({ length: Math.floor((LINES - head.length - TESTS) / 6) }, (_, n) => [
    `    - id: rule-${n}`,
    `      summary: Rule number ${n}`,
    `      match: ${conditions[n % conditions.length]?.(n)}`,
    '      unless: { relay_client: true }',
    '      return: DENY',
    '      message: "no mail from ${sender} here"',
  ])
  const tests = Array.from(
    { length: TESTS - 1 },
    (_, n) =>
      `  - { name: t${n}, given: { sender: a@d${5 * n}.example, rcpt: b@c.example }, expect: { rule: rule-${5 * n} } }`,
  )
  return [...head, ...rules.flat(), 'tests:', ...tests, ''].join('\n')
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

/** Milliseconds. */
interface Cost {
  readonly cpu: number
  readonly wall: number
}

async function cost(work: () => unknown): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / 1000, wall: performance.now() - start }
}

/** Most rules have no test, which is said. */
function expectNothing(found: readonly Pick<Diagnostic, 'message'>[] = []): void {
  const wrong = found.filter(({ message }) => !message.startsWith('no test is about rule'))
  if (wrong.length > 0) throw new Error(`nothing is wrong, and it says ${wrong[0]?.message}`)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

/** `wait`: milliseconds before the work begins. */
function show(name: string, costs: readonly Cost[], yardstick: number, wait = 0): void {
  const cpu = median(costs.map((one) => one.cpu))
  const wall = median(costs.map((one) => one.wall)) + wait
  const ratio = (cpu / yardstick).toFixed(1)
  console.log(
    `${name.padEnd(28)} ${cpu.toFixed(1).padStart(6)} ms of CPU ${ratio.padStart(5)} × parser ${wall.toFixed(1).padStart(7)} ms`,
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
  const costs = {
    parser: new Array<Cost>(),
    findings: new Array<Cost>(),
    analysis: new Array<Cost>(),
    tests: new Array<Cost>(),
    completions: new Array<Cost>(),
  }
  const warmUp = 20
  for (let stroke = -warmUp; stroke < STROKES; stroke += 1) {
    const [now, offset] = typed(Math.max(0, stroke))
    workspace.files.edit(file, now)
    let next: Looked | undefined
    const seen = await cost(async () => {
      next = await workspace.diagnostics()
      expectNothing(next.soon.get(file))
    })
    const deep = await cost(async () => expectNothing((await next?.later())?.get(file)))
    const tested = await cost(async () => expectNothing(await next?.tests(() => false)))
    const offered = await cost(async () => {
      const model = await workspace.modelAround(file)
      complete(file, now, offset, model)
    })
    const parsed = await cost(() => parseYaml(now, file, new Report()))
    if (stroke < 0) continue
    costs.findings.push(seen)
    costs.analysis.push(deep)
    costs.tests.push(tested)
    costs.completions.push(offered)
    costs.parser.push(parsed)
  }
  const yardstick = median(costs.parser.map(({ cpu }) => cpu))
  console.log(
    `${cpus()[0]?.model}, Node ${process.version}, ${STROKES} key strokes, ${text.split('\n').length - 1} lines`,
  )
  show('the parser alone', costs.parser, yardstick)
  show('findings', costs.findings, yardstick, QUIET)
  show('analysis, once it is quiet', costs.analysis, yardstick)
  show(`${TESTS - 1} tests, behind that`, costs.tests, yardstick)
  show('completion', costs.completions, yardstick)
} finally {
  rmSync(root, { recursive: true })
}
