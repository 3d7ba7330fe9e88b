/** `postern test`: runs the tests that stand in plugins, rulesets and suites. */
import { readFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { renderPretty } from '../../language/format-pretty.ts'
import { runTestFile, type TestedFile, type TestResult } from '../../testing/run-tests.ts'
import { withShownPaths } from '../check-files.ts'
import { EXIT } from '../exit-code.ts'
import { findYaml, shown } from '../find-files.ts'
import type { Shell } from '../shell.ts'
import { offlineWorld } from '../offline.ts'
import { painter, type Terminal } from '../terminal.ts'
import { compileEnvironment } from '../wiring.ts'

interface Options {
  readonly format: 'pretty' | 'json'
  readonly filter?: string
}

export function addTest(program: Command, { terminal, finish }: Shell): void {
  program
    .command('test')
    .description('Run the tests of plugins, rulesets and suites, without touching the network')
    .argument('[path...]', 'files or directories', ['.'])
    .addOption(new Option('-f, --format <name>', 'how to report').choices(['pretty', 'json']).default('pretty'))
    .option('--filter <text>', 'only tests with this text in their suite or name')
    .addHelpText(
      'after',
      '\nExamples:\n  $ postern test\n  $ postern test builtins/relay.yaml --filter prefix\n\nExits with 1 when a test fails, 4 when there is no test.\n',
    )
    .action(async (paths: string[], options: Options) => {
      const tested = await runAll(paths, options, terminal)
      report(tested, options, terminal)
      finish(exitCodeOf(tested))
    })
}

async function runAll(
  paths: readonly string[],
  { filter = '' }: Options,
  terminal: Terminal,
): Promise<readonly TestedFile[]> {
  const { report: _report, sources: _sources, ...environment } = compileEnvironment()
  const isWanted = ({ suite, name }: { suite: string; name: string }): boolean => `${suite} ${name}`.includes(filter)
  const tested: TestedFile[] = []
  for (const path of await findYaml(paths)) {
    terminal.progress(`testing ${shown(path)}`)
    const text = await environment.files.read(path)
    if (text !== undefined && /^(suite|tests):/m.test(text)) {
      tested.push(
        await runTestFile(path, text, { ...environment, world: offlineWorld(), readMessage: readFile, isWanted }),
      )
    }
  }
  return tested
}

function exitCodeOf(tested: readonly TestedFile[]): number {
  if (tested.some(({ diagnostics, results }) => diagnostics.some(isError) || results.some(({ passed }) => !passed)))
    return EXIT.findings
  return tested.some(({ results }) => results.length > 0) ? EXIT.ok : EXIT.nothing
}

function isError({ severity }: { readonly severity: string }): boolean {
  return severity === 'error'
}

function report(tested: readonly TestedFile[], { format }: Options, terminal: Terminal): void {
  const results = tested.flatMap((file) => file.results)
  const failed = results.filter(({ passed }) => !passed)
  if (format === 'json') {
    terminal.print(
      JSON.stringify({
        version: 1,
        summary: { passed: results.length - failed.length, failed: failed.length },
        tests: results.map(asJson),
      }),
    )
    return
  }
  for (const { diagnostics, sources } of tested) {
    if (diagnostics.length > 0)
      terminal.print(renderPretty(diagnostics.map(withShownPaths), shownSources(sources), { color: terminal.color }))
  }
  for (const result of failed) terminal.print(failure(result, terminal.color))
  terminal.print(
    results.length === 0
      ? 'No tests here: write `tests:` in a plugin, or a file that begins with `suite:`'
      : `${results.length - failed.length} passed, ${failed.length} failed`,
  )
}

function shownSources(sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...sources].map(([path, text]) => [shown(path), text]))
}

function asJson({ at, ...result }: TestResult): unknown {
  return { ...result, file: shown(at.file), line: at.range.start.line }
}

function failure({ suite, name, at, mismatches, problems, because }: TestResult, color: boolean): string {
  const paint = painter(color)
  const lines = [
    `${paint('red', '✗')} ${suite} › ${name}  ${paint('dim', `${shown(at.file)}:${at.range.start.line}`)}`,
    ...mismatches.flatMap(({ field, expected, actual }) => [
      paint('red', `    - ${field}: ${expected}`),
      paint('green', `    + ${field}: ${actual}`),
    ]),
    ...problems.map((problem) => `    ! ${problem}`),
    ...because.map((reason) => `    why: ${reason}`),
  ]
  return `${lines.join('\n')}\n`
}
