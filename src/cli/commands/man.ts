/** `postern man`: manual pages, made from the table of commands. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { suggest } from '../../language/suggest.ts'
import { allCommands, commandTable, type CommandRow } from '../documentation/command-table.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { commandPage, type Edition, pageName, programPage } from '../documentation/man-page.ts'
import type { Shell } from '../shell.ts'
import { versionText } from './version.ts'

const EXAMPLES = `
Examples:
  $ postern man check | man -l -
  $ postern man --write /usr/local/share/man/man1
`

export function addMan(program: Command, { terminal }: Shell): void {
  program
    .command('man')
    .description('Print the manual page of a command, or write all of them')
    .argument('[command...]', 'such as `check`; the page of postern itself without it')
    .option('--write <directory>', 'write all pages there, as postern.1, postern-check.1, …')
    .addHelpText('after', EXAMPLES)
    .action(async (words: string[], { write }: { write?: string }) => {
      const rows = commandTable(program)
      const edition = { version: versionText(), summary: program.description() }
      if (write === undefined) terminal.print(pageOf(words, rows, edition).trimEnd())
      else terminal.talk(`wrote ${await writeAll(write, rows, edition)} pages to ${write}`)
    })
}

function pageOf(words: readonly string[], rows: readonly CommandRow[], edition: Edition): string {
  if (words.length === 0) return programPage(rows, edition)
  const row = allCommands(rows).find((one) => one.words.join(' ') === words.join(' '))
  if (!row) throw unknownCommand(words.join(' '), rows)
  return commandPage(row, edition)
}

function unknownCommand(name: string, rows: readonly CommandRow[]): CommandError {
  const near = suggest(
    name,
    rows.map(({ words }) => words.join(' ')),
  )
  const hint = near === undefined ? '`postern --help` shows them' : `did you mean \`postern man ${near}\`?`
  return new CommandError(`there is no command ${name}; ${hint}`, EXIT.usage)
}

async function writeAll(directory: string, rows: readonly CommandRow[], edition: Edition): Promise<number> {
  const pages = allCommands(rows).map((row) => [pageName(row), commandPage(row, edition)] as const)
  const all = [['postern', programPage(rows, edition)] as const, ...pages]
  await mkdir(directory, { recursive: true })
  for (const [name, page] of all) await writeFile(join(directory, `${name}.1`), page)
  return all.length
}
