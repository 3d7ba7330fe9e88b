/**
 * `postern check`: time and memory, beside a Node that does nothing.
 *
 *     npm exec -- node bench/check.ts [RUNS]
 *
 * Two sites: two hundred rules with a list of 50,000 domains and one of 50,000 networks; and ten thousand rules in two hundred
 * files. Each is looked at from the start (`--no-cache`), and again with nothing changed. Every round runs all of them, so
 * that a busy minute is everybody's; the figures are the best of whole processes, CPU time beside the clock's. The ratio to
 * `node -e 0` is the one to compare between machines. What has a bar says whether it is met; a bar that is missed is no error
 * here, since neighbours move it.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const RUNS = Number(process.argv[2] ?? 5)
const POSTERN = join(import.meta.dirname, '../src/cli/postern.js')

type Files = Readonly<Record<string, string>>

/** Rules of all sorts: names, networks, patterns, numbers, exemptions. */
function rules(file: number, count: number): string {
  const kinds: readonly ((n: number) => string)[] = [
    (n) => `match: { sender.domain: [d${n}.example, .s${n}.example] }, return: DENY`,
    (n) => `match: { remote_ip: 10.${n % 256}.${(n >> 8) % 256}.0/24 }, unless: { immune: true }, return: DENY`,
    (n) => `match: { helo: { regex: '^host-${n}-' }, not: { relay_client: true } }, return: DENYSOFT`,
    (n) => `match: { sender: user${n}@mail.example, rcpt.count: { gt: ${n % 90} } }, return: DENY`,
    (n) => `match: { any: [{ rcpt.user: box${n} }, { rcpt.detail: t${n} }] }, add: { score: -1 }`,
  ]
  const lines = Array.from({ length: count }, (_, index) => {
    const number = file * count + index
    return `    - { id: r${index}, ${kinds[number % kinds.length]?.(number)} }`
  })
  return `plugin: p${file}\nhooks:\n  rcpt:\n${lines.join('\n')}\n`
}

function site(files: number, each: number, lists: Files): Files {
  const names = Array.from({ length: files }, (_, index) => `rules/p${index}.yaml`)
  const plugins = names.map((name) => `  - ./${name}`)
  const texts = names.map((name, index) => [name, rules(index, each)] as const)
  const head = [
    'hostname: mx.example.org',
    'local_domains: [example.org]',
    'plugins:',
    '  - relay: { relayclients: [192.0.2.0/24] }',
  ]
  return {
    'postern.yaml': [
      ...head,
      ...plugins,
      ...(lists['listed.yaml'] ? ['  - ./listed.yaml'] : []),
      '  - rcpt_ok',
      '',
    ].join('\n'),
    ...Object.fromEntries(texts),
    ...lists,
  }
}

const ENTRIES = 50_000

function longLists(): Files {
  const domains = Array.from({ length: ENTRIES }, (_, n) => `spam${n}.example`).join('\n')
  const networks = Array.from(
    { length: ENTRIES },
    (_, n) => `${11 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.0/25`,
  ).join('\n')
  const plugin = [
    'plugin: listed',
    'lists:',
    '  domains: { file: domains, of: domain }',
    '  networks: { file: networks, of: ip }',
    'hooks:',
    '  rcpt:',
    '    - { id: domain, match: { sender.domain: { in_list: domains } }, return: DENY }',
    '    - { id: network, match: { remote_ip: { in_list: networks } }, return: DENY }',
    '',
  ]
  return { 'listed.yaml': plugin.join('\n'), domains, networks }
}

interface Figures {
  /** By the clock. */
  readonly wall: number
  /** User and system. */
  readonly cpu: number
  readonly megabytes: number
}

interface Bar {
  /** Milliseconds by the clock. */
  readonly wall: number
  /** Times the wall time of `node -e 0`. */
  readonly ratio?: number
  readonly megabytes?: number
}

interface Task {
  readonly name: string
  readonly args: readonly string[]
  readonly directory: string
  readonly bar?: Bar
}

/** Of one process. `time` is GNU's: it counts what a process used, and its children. */
function measure({ args, directory }: Task, cache: string): Figures {
  const start = process.hrtime.bigint()
  const { stderr, status } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', process.execPath, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  })
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`)
  const wall = Number(process.hrtime.bigint() - start) / 1e6
  const [user = 0, system = 0, kilobytes = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { wall, cpu: (user + system) * 1000, megabytes: kilobytes / 1024 }
}

function best(all: readonly Figures[]): Figures {
  return {
    wall: Math.min(...all.map(({ wall }) => wall)),
    cpu: Math.min(...all.map(({ cpu }) => cpu)),
    megabytes: Math.max(...all.map(({ megabytes }) => megabytes)),
  }
}

function show({ name, bar }: Task, { wall, cpu, megabytes }: Figures, base: Figures): void {
  const ratio = wall / base.wall
  const columns = [wall, cpu, megabytes].map((figure) => figure.toFixed(0).padStart(7))
  console.log(`${name.padEnd(44)} ${columns.join(' ')} ${ratio.toFixed(1).padStart(7)}  ${bar ? judged(bar) : ''}`)

  function judged(one: Bar): string {
    const { wall: most, ratio: mostTimes = Number.POSITIVE_INFINITY, megabytes: room = Number.POSITIVE_INFINITY } = one
    const isMet = wall < most && ratio < mostTimes && megabytes < room
    const times = one.ratio === undefined ? '' : `, ${one.ratio} × node`
    const memory = one.megabytes === undefined ? '' : `, ${one.megabytes} MB`
    return `${isMet ? 'meets' : 'MISSES'} ${most} ms${times}${memory}`
  }
}

function write(directory: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

const root = mkdtempSync(join(tmpdir(), 'postern-bench-'))
try {
  const sites = { lists: join(root, 'lists'), files: join(root, 'files') }
  write(sites.lists, site(4, 50, longLists()))
  write(sites.files, site(200, 50, {}))
  const check = [POSTERN, 'check', 'postern.yaml', '-f', 'json', '--exit-zero']
  const nothing: Task = { name: 'node -e 0', args: ['-e', '0'], directory: root }
  const tasks: readonly Task[] = [
    nothing,
    { name: 'version', args: [POSTERN, 'version'], directory: root },
    { name: '200 rules, 2 lists of 50,000: from the start', args: [...check, '--no-cache'], directory: sites.lists },
    {
      name: '200 rules, 2 lists of 50,000: again',
      args: check,
      directory: sites.lists,
      bar: { wall: 300, ratio: 3 },
    },
    {
      name: '10,000 rules in 200 files: from the start',
      args: [...check, '--no-cache'],
      directory: sites.files,
      bar: { wall: 3000, megabytes: 400 },
    },
    { name: '10,000 rules in 200 files: again', args: check, directory: sites.files },
  ]
  const cache = join(root, 'cache')
  // The first run fills the caches.
  for (const task of tasks) measure(task, cache)
  const rounds = Array.from({ length: RUNS }, () => tasks.map((task) => measure(task, cache)))
  console.log(`${cpus()[0]?.model}, Node ${process.version}, best of ${RUNS}; memory: the most`)
  console.log(`${''.padEnd(44)} ${['wall ms', ' cpu ms', '     MB', ' × node'].join(' ')}`)
  const figures = tasks.map((_, index) => best(rounds.flatMap((round) => round[index] ?? [])))
  const [base = { wall: 1, cpu: 1, megabytes: 1 }] = figures
  for (const [index, task] of tasks.entries()) show(task, figures[index] ?? base, base)
} finally {
  rmSync(root, { recursive: true })
}
