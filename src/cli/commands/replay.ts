/** `postern replay`: what would these rules have decided about the mail of last week? */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { standing } from '../../core/sample.ts'
import { type Gate, GATE_KINDS, judgeGate, parseGate, ReplayTally } from '../../testing/replay-summary.ts'
import {
  Envelopes,
  isReplayable,
  type Judged,
  type Judges,
  type LoggedDecision,
  recordedVerdict,
} from '../../testing/replay.ts'
import { openBase } from '../base-site.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { percentage } from '../formats/flags.ts'
import { renderReplay } from '../for-people/replay.ts'
import { judgeSafely, judgesOf } from '../sessions/judges.ts'
import { loadCheckedSite } from '../open-site.ts'
import { readLog } from '../sessions/read-log.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly site: string
  readonly base?: string
  readonly since?: number
  readonly sample?: number
  readonly failOnChange?: readonly Gate[]
  readonly format: 'pretty' | 'json'
}

const EXAMPLES = `
Each recorded decision is made again by the rules of the site, offline. Without --base it is compared with what was decided
then, with --base with what those rules decide. What the rules ask for and the log does not hold is undetermined.

Gates: KIND=NUMBER or KIND=SHARE%, where KIND is any, text, undetermined, or such as accept-to-reject (${GATE_KINDS.length} in all).

Examples:
  $ postern replay decisions.ndjson
  $ postern replay decisions.ndjson --base origin/main --fail-on-change accept-to-reject=0.1% reject-to-accept=0
  $ zcat decisions.*.gz | postern replay - --since 2026-11-13 -f json

Exits with 1 when a gate is not met, 4 when there is no decision to make again.
`

export function addReplay(program: Command, { terminal, finish }: Shell): void {
  program
    .command('replay')
    .description('Make recorded decisions again with these rules, and say what changes')
    .argument('<log...>', 'decision logs; - for standard input')
    .option('-s, --site <file>', 'the site file', 'postern.yaml')
    .option('--base <rules>', 'other rules to compare with: a site file, a directory, or a revision of git')
    .option('--since <time>', 'only what was decided since, such as 2026-11-13', timeIn)
    .option('--sample <percent>', 'only so many of the sessions, always the same ones', percentage)
    .option('--fail-on-change <gate...>', 'exit with 1 when more than that changes', gateIn)
    .addOption(new Option('-f, --format <name>', 'how to report').choices(['pretty', 'json']).default('pretty'))
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: Options) => {
      const tally = await replay(files, options, terminal)
      if (tally.decisions === 0)
        throw new CommandError('there is no decision to make again in these logs', EXIT.nothing)
      const gates = (options.failOnChange ?? []).map((gate) => judgeGate(gate, tally))
      const report = { ...tally.summary(), gates }
      terminal.print(
        options.format === 'json' ? JSON.stringify(report, null, 2) : renderReplay(report, { color: terminal.color }),
      )
      finish(gates.every(({ passed }) => passed) ? EXIT.ok : EXIT.findings)
    })
}

async function replay(files: readonly string[], options: Options, terminal: Terminal): Promise<ReplayTally> {
  const now = await judgesAt(options.site, terminal)
  const base = options.base === undefined ? undefined : await openBase(options.base, options.site)
  try {
    const then = base && (await judgesAt(base.path, terminal))
    const [tally, envelopes] = [new ReplayTally(), new Envelopes()]
    for await (const one of readLog(files)) {
      const record = envelopes.complete(one)
      if (!isWanted(record, options)) continue
      if (isReplayable(record.hook)) tally.add(record, await judgedBefore(record, then), await judgeSafely(record, now))
      else tally.leaveOut()
      if (tally.decisions % 10_000 === 0) terminal.progress(`${tally.decisions} decisions`)
    }
    return tally
  } finally {
    await base?.close()
  }
}

async function judgedBefore(record: LoggedDecision, then: Judges | undefined): Promise<Judged> {
  return then ? judgeSafely(record, then) : recordedVerdict(record)
}

async function judgesAt(path: string, terminal: Terminal): Promise<Judges> {
  return judgesOf(await loadCheckedSite(path, terminal), { trace: false })
}

function isWanted({ time, id, facts }: LoggedDecision, { since, sample = 100 }: Options): boolean {
  if (since !== undefined && Date.parse(time) < since) return false
  return sample === 100 || standing(facts.remote_ip ?? id) * 100 < sample
}

function timeIn(text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new InvalidArgumentError('Write it as 2026-11-13 or 2026-11-13T12:00:00Z.')
  return time
}

function gateIn(text: string, others: readonly Gate[] = []): readonly Gate[] {
  const gate = parseGate(text)
  if (!gate)
    throw new InvalidArgumentError(`Write it as accept-to-reject=0.1% or any=5; there are ${GATE_KINDS.join(', ')}.`)
  return [...others, gate]
}
