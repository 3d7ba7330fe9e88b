/** `postern fmt`: one layout for the files of a site. */
import { text } from 'node:stream/consumers'
import { Argument, type Command } from 'commander'
import { Report } from '../../language/diagnostic.ts'
import { renderPretty } from '../../language/render/pretty.ts'
import { layOut } from '../../language/yaml/layout.ts'
import { count } from '../counts.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { findYaml, shown } from '../find-files.ts'
import { lineDiff } from '../for-people/line-diff.ts'
import { readInput } from '../read-input.ts'
import { replaceFile } from '../replace-file.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly check?: boolean
  readonly diff?: boolean
}

interface Formatted {
  readonly path: string
  readonly before: string
  /** Undefined when the file has a mistake, which was shown. */
  readonly after: string | undefined
}

const EXAMPLES = `
Two columns for each level, lists in maps indented, one space behind marks, one empty line at most. Order, comments,
quotes and line breaks stay, and texts are not folded. A file with a mistake is shown and left alone.

Examples:
  $ postern fmt
  $ postern fmt --check --diff rules
  $ postern fmt - < rules/house.yaml

Exits with 1 when a file cannot be read as YAML, and with --check when one would change.
`

export function addFmt(program: Command, shell: Shell): void {
  program
    .command('fmt')
    .description('Lay out YAML files in one way, comments kept')
    .addArgument(
      new Argument('[path...]', 'files or directories; - for standard input').default(['.'], 'all below here'),
    )
    .option('--check', 'change nothing, exit with 1 when something would change')
    .option('--diff', 'change nothing, show what would change')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], options: Options) => {
      const { terminal } = shell
      shell.finish(paths.join() === '-' ? await filter(terminal) : await run(paths, options, terminal))
    })
}

async function filter(terminal: Terminal): Promise<number> {
  const { after } = format('standard input', await text(process.stdin), terminal)
  if (after === undefined) return EXIT.findings
  terminal.print(after.replace(/\n$/, ''))
  return EXIT.ok
}

async function run(
  paths: readonly string[],
  { check = false, diff = false }: Options,
  shell: Terminal,
): Promise<number> {
  const files = await findYaml(paths)
  if (files.length === 0) throw new CommandError('there are no YAML files here', EXIT.nothing)
  const all = await Promise.all(files.map(async (path) => format(path, await readInput(path), shell)))
  const changed = all.filter(isChanged)
  for (const { path, before, after } of changed) {
    shell.print(diff ? lineDiff(shown(path), before, after) : shown(path))
    if (!check && !diff) await replaceFile(path, after)
  }
  const broken = all.filter(({ after }) => after === undefined).length
  shell.talk(summary({ files: files.length, changed: changed.length, broken, only: check || diff }))
  return broken > 0 || (check && changed.length > 0) ? EXIT.findings : EXIT.ok
}

type Changed = Formatted & { readonly after: string }

function isChanged(one: Formatted): one is Changed {
  return one.after !== undefined && one.after !== one.before
}

interface Counts {
  readonly files: number
  readonly changed: number
  readonly broken: number
  /** Nothing was written. */
  readonly only: boolean
}

function summary({ files, changed, broken, only }: Counts): string {
  const mistakes = broken === 0 ? '' : `, ${broken} with mistakes`
  return `${count(files, 'file')}, ${changed} ${only ? 'would change' : 'changed'}${mistakes}`
}

function format(path: string, before: string, terminal: Terminal): Formatted {
  const report = new Report()
  const after = layOut(before, shown(path), report)
  if (after !== undefined) return { path, before, after }
  const errors = report.sorted().filter(({ severity }) => severity === 'error')
  terminal.talk(renderPretty(errors, new Map([[shown(path), before]]), { color: terminal.color }))
  return { path, before, after }
}
