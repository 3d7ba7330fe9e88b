/** `postern check`: is everything that these files say valid? Reads files, and nothing else. */
import { type Command, Option } from 'commander'
import { renderCompact } from '../../language/format-compact.ts'
import { toJsonReport } from '../../language/format-json.ts'
import { renderPretty } from '../../language/format-pretty.ts'
import { checkFiles, type Checked } from '../check-files.ts'
import { EXIT } from '../exit-code.ts'
import { findYaml } from '../find-files.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'

type Format = 'pretty' | 'compact' | 'json'

export function addCheck(program: Command, { terminal, finish }: Shell): void {
  program
    .command('check')
    .description('Check sites, plugins, rulesets, lists and tests for mistakes, without touching the network')
    .argument('[path...]', 'files or directories', ['.'])
    .addOption(
      new Option('-f, --format <name>', 'how to report').choices(['pretty', 'compact', 'json']).default('pretty'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ postern check\n  $ postern check postern.yaml -f compact\n\nExits with 1 when there is an error, 4 when there is nothing to check.\n',
    )
    .action(async (paths: string[], { format }: { format: Format }) => {
      const files = await findYaml(paths)
      const checked = await checkFiles(files, (path) => terminal.progress(`checking ${path}`))
      report(checked, format, terminal)
      finish(exitCodeOf(checked))
    })
}

function exitCodeOf({ files, diagnostics }: Checked): number {
  if (files === 0) return EXIT.nothing
  return diagnostics.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.ok
}

function report(checked: Checked, format: Format, terminal: Terminal): void {
  const { files, rules, diagnostics, sources } = checked
  if (format === 'json') {
    terminal.print(JSON.stringify(toJsonReport(diagnostics, { files, rules })))
    return
  }
  if (format === 'compact') {
    if (diagnostics.length > 0) terminal.print(renderCompact(diagnostics))
    return
  }
  if (diagnostics.length > 0) terminal.print(renderPretty(diagnostics, sources, { color: terminal.color }))
  terminal.print(summary(checked))
}

function summary({ files, rules, diagnostics }: Checked): string {
  if (files === 0) return 'Nothing to check: no site, plugin, ruleset or suite here'
  const looked = `${count(files, 'file')}, ${count(rules, 'rule')}`
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length
  return errors + warnings === 0
    ? `OK  ${looked}`
    : `Checked ${looked}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
