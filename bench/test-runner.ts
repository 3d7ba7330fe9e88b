/**
 * The test runner: policy tests judged per second of CPU time, beside the yardstick of calling the dispatcher alone.
 *
 *     npm exec -- node bench/test-runner.ts [ROWS]
 *
 * A plugin of forty rules and a table of sessions, half of which a rule refuses; every test walks a whole session, is traced,
 * compared and covered, as in `postern test --coverage`. The yardstick asks the same program about the same recipients, at
 * RCPT and nowhere else, without traces: what no runner can do without. Reading and compiling the file counts for the runner.
 * The ratio is the figure to compare; tests per second depend on the machine.
 */
import assert from 'node:assert/strict'
import { cpus } from 'node:os'
import { parseMailbox } from '../src/core/mail/address.ts'
import { newConnection, newRecipient, newTransaction } from '../src/core/session.ts'
import type { Program } from '../src/core/program.ts'
import { createDispatcher } from '../src/engine/dispatch.ts'
import { Report } from '../src/language/diagnostic.ts'
import { parseYaml } from '../src/language/yaml/parse.ts'
import { CoverageTally, coverageOf } from '../src/testing/coverage.ts'
import { prepareTests, runTestFile, type TestEnvironment } from '../src/testing/run-tests.ts'

const ROWS = Number(process.argv[2] ?? 5000)
const ROUNDS = 5
const RULES = 40
const PATH = '/site/forty.yaml'

function ruleText(): string {
  const rules = Array.from(
    { length: RULES },
    (_, index) =>
      `    - { id: r${index}, match: { sender.domain: spam${index}.example }, return: DENY, message: "no ${index}" }`,
  )
  return ['plugin: forty', 'hooks:', '  rcpt:', ...rules].join('\n')
}

function senderOf(row: number): string {
  return row % 2 === 0 ? `a@ham${row}.example` : `a@spam${row % RULES}.example`
}

function testText(): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const isSpam = row % 2 === 1
    return `      - [row ${row}, ${senderOf(row)}, ${isSpam ? 'DENY' : 'DECLINED'}, ${isSpam ? `r${row % RULES}` : 'none'}]`
  })
  const head = ['tests:', '  - name: t', '    given: { helo: mx.b.example, rcpt: bob@example.org }', '    table:']
  return [...head, '      - [name, sender, return, rule]', ...rows, ''].join('\n')
}

const text = `${ruleText()}\n${testText()}`

const environment: TestEnvironment = {
  builtins: new Map(),
  vocabulary: { matchers: new Map(), deliveries: new Map() },
  files: { read: async (path) => (path === PATH ? text : undefined) },
  importModule: async () => undefined,
  world: { clock: { now: () => 0, after: () => () => undefined }, log: { write: () => undefined } },
  readMessage: async () => Buffer.alloc(0),
  isWanted: () => true,
}

/** Milliseconds of CPU time. */
async function spent(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function judge(): Promise<void> {
  const tally = new CoverageTally()
  const observed: TestEnvironment = {
    ...environment,
    trees: new Map(),
    programs: new Map(),
    observe: (outcomes) => outcomes.forEach((outcome) => tally.note(outcome)),
  }
  const { results, diagnostics } = await runTestFile(PATH, text, observed)
  assert.deepEqual(diagnostics, [])
  assert.equal(results.filter(({ passed }) => passed).length, ROWS)
  const root = parseYaml(text, PATH, new Report())
  assert.equal(root?.kind, 'map')
  assert.equal(coverageOf([{ path: PATH, root }], tally, (path) => path).rules.matched, RULES / 2)
}

async function compiled(): Promise<Program> {
  const { tests } = await prepareTests(PATH, text, environment)
  const [first] = tests
  assert.ok(first)
  const { program } = await first.subject.compile(first.test, new Report(), environment)
  assert.ok(program)
  return program
}

async function decide(program: Program): Promise<void> {
  const dispatch = createDispatcher(program, { deadline: 1000, trace: false })
  const ports = {
    ...environment.world,
    resolver: { resolve: async () => ({ kind: 'none' }) as const },
    carry: assert.fail,
  }
  let denied = 0
  for (let row = 0; row < ROWS; row += 1) {
    const end = { ip: '192.0.2.1', port: 25 }
    const connection = newConnection({ id: 'b', remote: end, local: end, listener: 'mx', startedAt: 0, env: new Map() })
    const transaction = newTransaction('b')
    transaction.sender = parseMailbox(senderOf(row))
    const recipient = newRecipient(parseMailbox('bob@example.org') ?? { kind: 'postmaster' })
    const rest = {
      command: undefined,
      decided: undefined,
      signal: undefined,
      found: new Map<string, string>(),
      trace: undefined,
    }
    const outcome = await dispatch({ hook: 'rcpt', connection, transaction, recipient, ports, ...rest })
    if (outcome.verdict.code === 'DENY') denied += 1
  }
  assert.equal(denied, Math.floor(ROWS / 2))
}

const program = await compiled()
await decide(program)
await judge()
const rounds: { readonly runner: number; readonly alone: number }[] = []
for (let round = 0; round < ROUNDS; round += 1)
  rounds.push({ runner: await spent(judge), alone: await spent(() => decide(program)) })

const [median] = rounds.toSorted((a, b) => a.runner - b.runner).slice(Math.floor(ROUNDS / 2))
assert.ok(median)
const perSecond = (milliseconds: number): number => Math.round((ROWS * 1000) / milliseconds)
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${ROWS} tests of ${RULES} rules`)
console.log(`runner      ${perSecond(median.runner)} tests/s of CPU time`)
console.log(`dispatcher  ${perSecond(median.alone)} decisions/s of CPU time`)
console.log(`ratio       ${(median.runner / median.alone).toFixed(1)} times the dispatcher's time`)
