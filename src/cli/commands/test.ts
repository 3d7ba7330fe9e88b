/** `postern test`: runs the tests that stand in plugins, rulesets and suites, and says what they reach of the rules. */
import { resolve } from 'node:path'
import { Argument, type Command, InvalidArgumentError } from 'commander'
import { COVERAGE_KINDS, type CoverageKind } from '../../testing/covered.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { type Gates, reportOf } from '../formats/assemble.ts'
import { addJudgeFlags, formatsHelp, type JudgeFlags, oneMore, percentage, wholeNumber } from '../formats/flags.ts'
import { filesWritten } from '../formats/outputs.ts'
import { publish } from '../formats/publish.ts'
import { runAllTests, type Selection, type Shard, type TestedFiles } from '../run-all-tests.ts'
import type { Shell } from '../shell.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'
import { watching } from '../watch.ts'

interface Options extends JudgeFlags, SiteFlags {
  readonly filter?: readonly string[]
  readonly shard?: Shard
  readonly bail?: boolean
  readonly coverage?: boolean
  readonly failUnder?: Gates
  readonly mutate?: boolean
  readonly maxSurvivors: number
  readonly maxMutants: number
  readonly updateSnapshots?: boolean
  readonly watch?: boolean
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  $ postern test
  $ postern test builtins/relay.yaml --filter prefix --filter network
  $ postern test --coverage --fail-under 95 --fail-under conditions=90 -f junit=test.xml -f lcov=coverage.info
  $ postern test rules/house.yaml --mutate

Exits with 1 when a test fails, too little is covered or too many mutants survive, 4 when no test ran.
`

export function addTest(program: Command, shell: Shell): void {
  const command = program
    .command('test')
    .description('Run the tests of plugins, rulesets and suites, without touching the network')
    .addArgument(new Argument('[path...]', 'files or directories').default(['.'], 'all below here'))
    .option('--filter <text>', 'only tests with this text in their suite or name; may be given several times', oneMore)
    .option('--shard <k/n>', 'only every nth test, beginning with the kth', shardIn)
    .option('--bail', 'stop behind the first test that fails')
    .option('--coverage', 'say which rules, conditions, replies and lists no test reaches')
    .option(
      '--fail-under <[what=]percent>',
      'the percentage of rules that tests must match, or of conditions, replies, lists; measures coverage',
      gateIn,
    )
    .option('--mutate', 'change the rules one by one, and say which changes no test notices')
    .option('--max-survivors <n>', 'how many changes may go unnoticed without a stated reason', wholeNumber, 0)
    .option('--max-mutants <n>', 'how many changes are tried', wholeNumber, MOST_MUTANTS)
    .option('--update-snapshots', 'store what tests with `snapshot: true` decide now')
    .option('--watch', 'run again whenever a file changes, until ^C')
    .option('-v, --verbose', 'a line for each file')
  addJudgeFlags(addSiteFlags(command))
    .addHelpText('after', `${formatsHelp('test')}${EXAMPLES}`)
    .action(async (paths: string[], options: Options) => {
      const run = (): Promise<void> => runTests(paths, options, shell)
      if (!options.watch) return run()
      const written = filesWritten(options.format ?? [])
      shell.finish(await watching({ paths, written, terminal: shell.terminal }, run))
    })
}

/** A thousand take about a second. */
const MOST_MUTANTS = 10_000

function gateIn(text: string, others: Gates = {}): Gates {
  const [kind, percent] = text.includes('=') ? text.split('=', 2) : ['rules', text]
  const known = COVERAGE_KINDS.find((one) => one === kind)
  if (!known) throw new InvalidArgumentError(`There are ${COVERAGE_KINDS.join(', ')}.`)
  return { ...others, [known satisfies CoverageKind]: percentage(percent ?? '') }
}

function shardIn(text: string): Shard {
  const [, index = 0, of = 0] = (/^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? []).map(Number)
  if (index < 1 || index > of) throw new InvalidArgumentError('Write it as 1/4: the first of four.')
  return { index, of }
}

async function runTests(paths: readonly string[], options: Options, shell: Shell): Promise<void> {
  const { format: outputs = [], maxDiagnostics: limit, verbose = false, failUnder } = options
  const { failOn, exitZero = false, allowEmpty = false } = options
  if (options.shard && failUnder !== undefined && !options.mutate)
    throw new CommandError(
      'a shard covers a part of the rules: join the lcov files of all, or drop `--fail-under`',
      EXIT.usage,
    )
  await publish({ command: 'test', outputs, limit, verbose }, shell, async () => {
    const tested = await runAllTests(paths, selectionOf(options), (text) => shell.terminal.progress(text))
    const found = { command: 'test', ...tested, nothing: whyNothing(tested, options) } as const
    return reportOf(found, { failOn, exitZero, allowEmpty, failUnder })
  })
}

function selectionOf(options: Options): Selection {
  const { filter = [], shard, bail = false, coverage = false, failUnder, format = [], mutate = false } = options
  const { maxSurvivors, maxMutants, updateSnapshots = false } = options
  const site = siteGiven(options)
  return {
    filters: filter,
    shard,
    bail,
    coverage: coverage || failUnder !== undefined || format.some(({ name }) => name === 'lcov'),
    updateSnapshots,
    ...(site !== undefined && { site: resolve(site) }),
    mutate: mutate ? { maxSurvivors, maxMutants } : undefined,
  }
}

function whyNothing({ results }: TestedFiles, { filter = [], shard }: Options): string | undefined {
  if (results.some(({ status }) => status !== 'skipped')) return undefined
  if (results.length > 0) return 'no test ran: all of them are skipped'
  if (shard) return `no test in shard ${shard.index}/${shard.of}`
  if (filter.length > 0) return `no test has ${filter.map((text) => `\`${text}\``).join(' or ')} in its suite or name`
  return 'no tests here: write `tests:` in a plugin, or a file that begins with `suite:`'
}
