/** `postern bench`: how long do the rules take? */
import { readFile, writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { reasonOf } from '../../core/reason.ts'
import type { Site } from '../../core/site.ts'
import { comparedWith, doubtsAbout, isBaseline } from '../../testing/bench/baseline.ts'
import { type Budget, judgeBudget, judgeRatio, parseBudget } from '../../testing/bench/gates.ts'
import { type BenchFigures, figuresOf } from '../../testing/bench/report.ts'
import { type BenchSide, runBench } from '../../testing/bench/run-bench.ts'
import { makeYardstick } from '../../testing/bench/yardstick.ts'
import { openBase } from '../base-site.ts'
import { type SessionSource, sessionsFor } from '../sessions/bench-sessions.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { type BenchReport, renderBench } from '../for-people/bench.ts'
import { BENCH_FORMATS } from '../formats/index.ts'
import { addOutput, type Output, outputsAmong } from '../formats/outputs.ts'
import { judgesOf } from '../sessions/judges.ts'
import { openSite } from '../open-site.ts'
import { parseJson } from '../parse-json.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends SessionSource {
  readonly seconds: number
  readonly budget?: readonly Budget[]
  readonly base?: string
  readonly baseline?: string
  readonly maxRatio?: number
  readonly format?: readonly Output[]
}

const EXAMPLES = `
Sessions are held offline, again and again: those of the suites of the site, or else of the tests of its own plugins. What rules
ask outside is answered by the sessions and takes no time here. Every time is also told as a multiple of a yardstick, work that
is measured beside it, because machines differ and are busy. Rules are timed in runs of their own.

--base measures other rules in turns with these; --baseline compares with figures of before, by their yardsticks.
A budget is a time (ns, us, ms, s) or a multiple of the yardstick (x), for the median of the hook's decisions.

Examples:
  $ postern bench
  $ postern bench --log decisions.ndjson --budget rcpt=200us data_post=40x
  $ postern bench --base origin/main --max-ratio 1.2
  $ postern bench -f json=bench.json
  $ postern bench --baseline bench.json

Exits with 1 when a gate is not met, 4 when there is no session.
`

export function addBench(program: Command, { terminal, finish }: Shell): void {
  program
    .command('bench')
    .description('Say how long the rules take, by hook and by rule')
    .argument('[site]', 'the site file', 'postern.yaml')
    .option('--session <file>', 'sessions as JSON, one or one a line, instead of those of tests; - for standard input')
    .option('--log <log...>', 'decision logs, instead of tests')
    .option('--seconds <n>', 'how long to measure', secondsIn, 3)
    .option('--budget <hook=time...>', 'exit with 1 when the median of a hook is above', budgetIn)
    .option('--base <rules>', 'other rules to compare with: a site file, a directory, or a revision of git')
    .option('--baseline <file>', 'figures to compare with, written with -f json=FILE')
    .option(
      '--max-ratio <n>',
      'exit with 1 when a hook takes more than so many times what it takes in the base',
      ratioIn,
    )
    .option('-f, --format <name[=file]>', 'how to report, and where; may be given several times', addOutput)
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: Options) => {
      const outputs = checked(options)
      const { report, from } = await bench(path, options, terminal)
      await publish(report, from, outputs, terminal)
      finish(report.gates.every(({ passed }) => passed) ? EXIT.ok : EXIT.findings)
    })
}

function checked({ format = [], base, baseline, maxRatio, session, log }: Options): readonly Output[] {
  if (base !== undefined && baseline !== undefined) throw new CommandError('give --base or --baseline', EXIT.usage)
  if (session !== undefined && log) throw new CommandError('give --session or --log', EXIT.usage)
  if (maxRatio !== undefined && base === undefined && baseline === undefined)
    throw new CommandError('--max-ratio compares with --base or --baseline', EXIT.usage)
  return outputsAmong(BENCH_FORMATS, format)
}

interface Benched {
  readonly report: BenchReport
  /** Where sessions are from. */
  readonly from: string
}

async function bench(path: string, options: Options, terminal: Terminal): Promise<Benched> {
  const then = options.baseline === undefined ? undefined : await readBaseline(options.baseline)
  const base = options.base === undefined ? undefined : await openBase(options.base, path)
  try {
    const site = await openSite(path, terminal)
    const found = await sessionsFor(resolve(path), site, options)
    const other = base && (await openSite(base.path, terminal)).site
    const run = await runBench({
      side: sideOf(site.site),
      base: other && sideOf(other),
      sessions: found.sessions,
      stopwatch: () => performance.now() * 1e6,
      yardstick: makeYardstick(),
      duration: options.seconds * 1e9,
      onRound: (round, nanoseconds) => terminal.progress(`round ${round}, ${(nanoseconds / 1e9).toFixed(0)} s`),
    })
    for (const fault of new Set(run.faults)) terminal.talk(`postern: left out: ${fault}`)
    if (run.sessions.length === 0) throw noSessions(options)
    const { revision } = site.site.program
    const figures = figuresOf({ run, revision, node: process.versions.node, isCut: found.isCut })
    return { report: judged(figures, options, then), from: found.from }
  } finally {
    await base?.close()
  }
}

function sideOf(site: Site): BenchSide {
  return {
    program: site.program,
    judging: (program) => ({ ...judgesOf({ ...site, program }, { trace: false }), plan: site.policies }),
  }
}

function noSessions({ session, log }: SessionSource): CommandError {
  const isGiven = session !== undefined || log !== undefined
  const hint = isGiven ? '' : ': no suite names this site; give --session FILE or --log LOG'
  return new CommandError(`there is no session to hold${hint}`, EXIT.nothing)
}

function judged(measured: BenchFigures, options: Options, then: BenchFigures | undefined): BenchReport {
  const { base, baseline, budget = [], maxRatio } = options
  const doubts = then ? doubtsAbout(then, measured) : []
  if (!doubts) throw new CommandError(`${baseline} was measured by another yardstick: write it again`)
  const figures = then ? comparedWith(then, measured) : measured
  const name = base ?? baseline
  return {
    ...figures,
    ...(name !== undefined && { compared_with: { name, kind: base === undefined ? 'baseline' : 'base', doubts } }),
    gates: [
      ...budget.map((one) => judgeBudget(one, figures)),
      ...(maxRatio === undefined ? [] : judgeRatio(maxRatio, figures)),
    ],
  }
}

async function readBaseline(file: string): Promise<BenchFigures> {
  const text = await readFile(file, 'utf8').catch((fault: unknown) => {
    throw new CommandError(`${file} cannot be read: ${reasonOf(fault)}`)
  })
  const value = parseJson(text)
  if (!isBaseline(value)) throw new CommandError(`${file} is no report of \`postern bench -f json=${file}\``)
  return value
}

async function publish(
  report: BenchReport,
  from: string,
  outputs: readonly Output[],
  terminal: Terminal,
): Promise<void> {
  for (const { name, file } of outputs) {
    const color = terminal.color && file === undefined
    const text = name === 'json' ? JSON.stringify(report, null, 2) : renderBench(report, { color, from })
    if (file === undefined) terminal.print(text)
    else
      await writeFile(file, `${text}\n`).catch((fault: unknown) => {
        throw new CommandError(`${file} cannot be written: ${reasonOf(fault)}`)
      })
  }
}

function budgetIn(text: string, others: readonly Budget[] = []): readonly Budget[] {
  const budget = parseBudget(text)
  if (!budget) throw new InvalidArgumentError('Write it as rcpt=200us, data_post=1.5ms or rcpt=40x.')
  return [...others, budget]
}

function ratioIn(text: string): number {
  const number = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || number <= 0)
    throw new InvalidArgumentError('It must be a number above 0, such as 1.2.')
  return number
}

function secondsIn(text: string): number {
  const number = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || number > 3600)
    throw new InvalidArgumentError('It must be a number of seconds up to 3600.')
  return number
}
