/**
 * The dispatcher: CPU time of a decision by fifty rules, beside the same policy written by hand in TypeScript.
 *
 *     npm exec -- node bench/dispatch.ts [DECISIONS]
 *
 * Fifty rules at rcpt, none of which matches: forty networks, a list of 10,000 sender domains, nine patterns. Both sides see
 * the same sessions in turns and must agree; the ratio is the figure.
 */
import assert from 'node:assert/strict'
import { cpus } from 'node:os'
import { parseMailbox } from '../src/core/mail/address.ts'
import type { HookContext } from '../src/core/context.ts'
import type { Ports } from '../src/core/ports.ts'
import { newConnection, newRecipient, newTransaction } from '../src/core/session.ts'
import { compileSite } from '../src/compiler/compile-site.ts'
import { createDispatcher } from '../src/engine/dispatch.ts'
import { Report, startOf } from '../src/language/diagnostic.ts'

const DECISIONS = Number(process.argv[2] ?? 200_000)
const ROUNDS = 5
const NETWORKS = 40
const DOMAINS = 10_000
const PATTERNS = [
  '^dsl-',
  '^pool-',
  'dynamic',
  '^ppp',
  'dialup',
  '^host-[0-9]+-',
  'customer',
  'static\\.unknown',
  '\\.lan$',
]

function siteText(): string {
  const networks = Array.from(
    { length: NETWORKS },
    (_, index) => `    - { id: net-${index}, match: { remote_ip: 10.${index}.0.0/16 }, return: DENY }`,
  )
  const patterns = PATTERNS.map(
    (pattern, index) => `    - { id: pattern-${index}, match: { helo: { regex: '${pattern}' } }, return: DENY }`,
  )
  return [
    'plugin: fifty',
    'lists:',
    '  bad: { file: bad, of: domain }',
    'hooks:',
    '  rcpt:',
    ...networks,
    '    - { id: sender, match: { sender.domain: { in_list: bad } }, return: DENY }',
    ...patterns,
    '',
  ].join('\n')
}

const files = new Map([
  ['/site/fifty.yaml', siteText()],
  ['/site/bad', Array.from({ length: DOMAINS }, (_, index) => `spam${index}.example`).join('\n')],
])

async function compiled(): Promise<(context: HookContext) => boolean> {
  const report = new Report()
  const at = startOf('/site/postern.yaml')
  const { program } = await compileSite(
    {
      hostname: 'mx.example.org',
      entries: [{ use: './fifty.yaml', at, args: [], match: undefined, unless: undefined, mode: undefined }],
      localDomains: undefined,
      place: { directory: '/site', defaults: '/site', lenient: false },
    },
    {
      files: { read: async (path) => files.get(path) },
      report,
      sources: new Map(),
      builtins: new Map(),
      vocabulary: { matchers: new Map(), deliveries: new Map() },
      importModule: async () => undefined,
    },
  )
  assert.ok(
    program,
    report
      .sorted()
      .map(({ message }) => message)
      .join('; '),
  )
  const dispatch = createDispatcher(program, { deadline: 1000, trace: false })
  return (context) => {
    const outcome = dispatch(context)
    assert.ok(!(outcome instanceof Promise), 'synchronous rules stay synchronous')
    return outcome.verdict.code === 'DENY'
  }
}

function byHand(): (context: HookContext) => boolean {
  const domains = new Set((files.get('/site/bad') ?? '').split('\n'))
  const patterns = PATTERNS.map((pattern) => new RegExp(pattern, 'i'))
  return ({ connection, transaction }) => {
    const [a = 0, b = 0] = connection.remote.ip.split('.', 2).map(Number)
    if (a === 10 && b < NETWORKS) return true
    const sender = transaction?.sender
    if (sender?.kind === 'mailbox' && domains.has(sender.domain)) return true
    const helo = connection.hello?.name
    return helo !== undefined && patterns.some((pattern) => pattern.test(helo))
  }
}

const ports: Ports = {
  clock: { now: () => 0, after: () => () => undefined },
  resolver: { resolve: async () => ({ kind: 'none' }) },
  log: { write: () => undefined },
  carry: async () => ({ kind: 'deferred', text: '' }),
}

function contextOf(index: number): HookContext {
  const remote = { ip: index % 7 === 0 ? `10.${index % 90}.2.3` : `192.0.2.${index % 250}`, port: 25000 }
  const connection = newConnection({
    id: 'c',
    remote,
    local: { ip: '198.51.100.1', port: 25 },
    listener: 'mx',
    startedAt: 0,
    env: new Map(),
  })
  connection.hello = { verb: 'EHLO', name: `mail${index}.friend.example` }
  const transaction = newTransaction('t')
  transaction.sender = parseMailbox(`ann@${index % 11 === 0 ? 'spam' : 'friend'}${index % DOMAINS}.example`)
  const recipient = newRecipient(parseMailbox('bob@example.org') ?? { kind: 'postmaster' })
  return {
    hook: 'rcpt',
    connection,
    transaction,
    recipient,
    command: undefined,
    decided: undefined,
    ports,
    signal: undefined,
    found: new Map(),
    trace: undefined,
  }
}

function nanoseconds(decide: (context: HookContext) => boolean, contexts: readonly HookContext[]): number {
  const before = process.cpuUsage()
  for (let index = 0; index < DECISIONS; index += 1) decide(contexts[index % contexts.length] ?? contextOf(0))
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / DECISIONS
}

const contexts = Array.from({ length: 5000 }, (_, index) => contextOf(index))
const [rules, hand] = [await compiled(), byHand()]
for (const context of contexts) assert.equal(rules(context), hand(context))
const ratios = Array.from({ length: ROUNDS }, () => {
  const [written, ruled] = [nanoseconds(hand, contexts), nanoseconds(rules, contexts)]
  return { written, ruled, ratio: ruled / written }
}).toSorted((a, b) => a.ratio - b.ratio)
const median = ratios[Math.floor(ROUNDS / 2)]
process.stdout.write(
  `fifty rules, ${DECISIONS} decisions, median of ${ROUNDS}: ${median?.ratio.toFixed(1)} x hand-written ` +
    `(${median?.ruled.toFixed(0)} against ${median?.written.toFixed(0)} ns; Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown'})\n`,
)
