/** Manual pages (man(7)), made from the table of commands. */
import type { ArgumentRow, CommandRow, OptionRow } from './command-table.ts'
import { ENVIRONMENT } from '../environment.ts'
import { EXIT_MEANINGS } from '../exit-code.ts'

export interface Edition {
  readonly version: string
  readonly summary: string
}

/** Name of the page of a command: `postern-import-qpsmtpd`. */
export function pageName({ words }: Pick<CommandRow, 'words'>): string {
  return ['postern', ...words].join('-')
}

export function commandPage(row: CommandRow, { version }: Edition): string {
  const { summary, usage, arguments: taken, options, more, commands } = row
  return page(pageName(row), version, [
    ...section('NAME', [`${pageName(row).replaceAll('-', '\\-')} \\- ${roff(summary)}`]),
    ...section('SYNOPSIS', [`.B postern`, roff(usage)]),
    ...section('DESCRIPTION', [roff(summary), ...taken.flatMap(argumentLines)]),
    ...(commands.length > 0 ? section('COMMANDS', commands.flatMap(commandLines)) : []),
    ...section('OPTIONS', options.flatMap(optionLines)),
    ...(more === '' ? [] : section('NOTES', ['.nf', ...more.split('\n').map(roff), '.fi'])),
    ...exitCodes(),
    ...section('SEE ALSO', ['.BR postern (1)']),
  ])
}

export function programPage(rows: readonly CommandRow[], { version, summary }: Edition): string {
  return page('postern', version, [
    ...section('NAME', [`postern \\- ${roff(summary)}`]),
    ...section('SYNOPSIS', ['.B postern', roff('<command> [options]')]),
    ...section('COMMANDS', rows.flatMap(commandLines)),
    ...exitCodes(),
    ...section(
      'ENVIRONMENT',
      [...ENVIRONMENT].flatMap(([name, means]) => item(name, means)),
    ),
    ...section('SEE ALSO', [rows.map((row) => `.BR ${pageName(row).replaceAll('-', '\\-')} (1)`).join('\n')]),
  ])
}

function page(name: string, version: string, lines: readonly string[]): string {
  const title = `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "Postern ${version}" "Postern"`
  return `${[title, ...lines].join('\n')}\n`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`.SH ${title}`, ...lines]
}

function exitCodes(): readonly string[] {
  return section(
    'EXIT STATUS',
    [...EXIT_MEANINGS].flatMap(([code, means]) => item(String(code), means)),
  )
}

function commandLines(row: CommandRow): readonly string[] {
  return item(row.words.join(' '), row.summary)
}

function argumentLines({ shown, summary, choices }: ArgumentRow): readonly string[] {
  return item(shown, withChoices(summary, choices, undefined))
}

function optionLines({ short, long, value, summary, choices, default: standard }: OptionRow): readonly string[] {
  const flags = [short, long].filter((flag) => flag !== undefined).join(', ')
  return item(value === undefined ? flags : `${flags} ${value}`, withChoices(summary, choices, standard))
}

function withChoices(summary: string, choices: readonly string[], standard: string | undefined): string {
  const said = choices.length > 0 ? ` (${choices.join(', ')})` : ''
  return `${summary}${said}${standard === undefined ? '' : `; ${standard} without it`}`
}

function item(term: string, text: string): readonly string[] {
  return ['.TP', `\\fB${roff(term)}\\fR`, roff(text)]
}

/** A backslash, a hyphen, and a dot or quote at the beginning of a line mean something to roff. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}
