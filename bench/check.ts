/**
 * `postern check`: time and memory, beside a Node that does nothing.
 *
 *     npm exec -- node bench/check.ts [RUNS]
 *
 * Two sites: two hundred rules with a list of 50,000 domains and one of 50,000 networks; and ten thousand rules in two hundred
 * files. The figures are medians of whole processes; the ratio to `node -e 0` is the one to compare between machines.
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
  readonly milliseconds: number
  readonly megabytes: number
}

function measure(args: readonly string[], directory: string): Figures {
  const report = '/usr/bin/time'
  const figures = Array.from({ length: RUNS }, () => {
    const start = process.hrtime.bigint()
    const { stderr, status } = spawnSync(report, ['-f', '%M', process.execPath, ...args], {
      cwd: directory,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`)
    return {
      milliseconds: Number(process.hrtime.bigint() - start) / 1e6,
      megabytes: Number(stderr.trim().split('\n').at(-1)) / 1024,
    }
  })
  return figures.toSorted((a, b) => a.milliseconds - b.milliseconds)[RUNS >> 1] ?? { milliseconds: 0, megabytes: 0 }
}

function show(name: string, { milliseconds, megabytes }: Figures, base: number): void {
  const ratio = (milliseconds / base).toFixed(1)
  console.log(
    `${name.padEnd(42)} ${milliseconds.toFixed(0).padStart(6)} ms ${ratio.padStart(6)} × node ${megabytes.toFixed(0).padStart(5)} MB`,
  )
}

const root = mkdtempSync(join(tmpdir(), 'postern-bench-'))
try {
  console.log(`${cpus()[0]?.model}, Node ${process.version}, median of ${RUNS}`)
  const nothing = measure(['-e', '0'], root)
  show('node -e 0', nothing, nothing.milliseconds)
  const sites = {
    '200 rules, 2 lists of 50,000': site(4, 50, longLists()),
    '10,000 rules in 200 files': site(200, 50, {}),
  }
  for (const [name, files] of Object.entries(sites)) {
    const directory = join(root, name.replaceAll(/\W+/g, '-'))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    show(
      `check: ${name}`,
      measure([POSTERN, 'check', 'postern.yaml', '-f', 'json', '--exit-zero'], directory),
      nothing.milliseconds,
    )
  }
} finally {
  rmSync(root, { recursive: true })
}
