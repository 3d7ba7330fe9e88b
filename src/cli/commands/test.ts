/** `postern test`: runs the tests that stand in plugins, rulesets and suites, and says what they reach of the rules. */
import { type Command, InvalidArgumentError } from 'commander'
import { CommandError, EXIT } from '../exit-code.ts'
import { reportOf } from '../formats/assemble.ts'
import { addJudgeFlags, formatsHelp, type JudgeFlags, oneMore, percentage } from '../formats/flags.ts'
import { publish } from '../formats/publish.ts'
import { runAllTests, type Selection, type Shard, type TestedFiles } from '../run-all-tests.ts'
import type { Shell } from '../shell.ts'

interface Options extends JudgeFlags {
  readonly filter?: readonly string[]
  readonly shard?: Shard
  readonly bail?: boolean
  readonly coverage?: boolean
  readonly failUnder?: number
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  $ postern test
  $ postern test builtins/relay.yaml --filter prefix --filter network
  $ postern test --coverage --fail-under 95 -f junit=test.xml -f lcov=coverage.info

Exits with 1 when a test fails or too little is covered, 4 when no test ran.
`

export function addTest(program: Command, shell: Shell): void {
  const command = program
    .command('test')
    .description('Run the tests of plugins, rulesets and suites, without touching the network')
    .argument('[path...]', 'files or directories', ['.'])
    .option('--filter <text>', 'only tests with this text in their suite or name; may be given several times', oneMore)
    .option('--shard <k/n>', 'only every nth test, beginning with the kth', shardIn)
    .option('--bail', 'stop behind the first test that fails')
    .option('--coverage', 'say which rules, conditions, replies and lists no test reaches')
    .option('--fail-under <percent>', 'the percentage of rules that tests must match; measures coverage', percentage)
    .option('-v, --verbose', 'a line for each file')
  addJudgeFlags(command)
    .addHelpText('after', `${formatsHelp('test')}${EXAMPLES}`)
    .action((paths: string[], options: Options) => runTests(paths, options, shell))
}

function shardIn(text: string): Shard {
  const [, index = 0, of = 0] = (/^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? []).map(Number)
  if (index < 1 || index > of) throw new InvalidArgumentError('Write it as 1/4: the first of four.')
  return { index, of }
}

async function runTests(paths: readonly string[], options: Options, shell: Shell): Promise<void> {
  const { format: outputs = [], maxDiagnostics: limit, verbose = false, failUnder } = options
  const { failOn, exitZero = false, allowEmpty = false } = options
  if (options.shard && failUnder !== undefined)
    throw new CommandError(
      'a shard covers a part of the rules: join the lcov files of all, or drop `--fail-under`',
      EXIT.usage,
    )
  await publish({ command: 'test', outputs, limit, verbose }, shell, async () => {
    const tested = await runAllTests(paths, selectionOf(options), (path) => shell.terminal.progress(`testing ${path}`))
    const found = { command: 'test', ...tested, nothing: whyNothing(tested, options) } as const
    return reportOf(found, { failOn, exitZero, allowEmpty, failUnder })
  })
}

function selectionOf({
  filter = [],
  shard,
  bail = false,
  coverage = false,
  failUnder,
  format = [],
}: Options): Selection {
  const isMeasured = coverage || failUnder !== undefined || format.some(({ name }) => name === 'lcov')
  return { filters: filter, shard, bail, coverage: isMeasured }
}

function whyNothing({ results }: TestedFiles, { filter = [], shard }: Options): string | undefined {
  if (results.some(({ status }) => status !== 'skipped')) return undefined
  if (results.length > 0) return 'no test ran: all of them are skipped'
  if (shard) return `no test in shard ${shard.index}/${shard.of}`
  if (filter.length > 0) return `no test has ${filter.map((text) => `\`${text}\``).join(' or ')} in its suite or name`
  return 'no tests here: write `tests:` in a plugin, or a file that begins with `suite:`'
}
