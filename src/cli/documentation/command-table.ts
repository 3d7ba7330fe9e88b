/** The command line as data: completions and manual pages are made from it, so none of them can tell another story. */
import type { Argument, Command, Option } from 'commander'

export interface OptionRow {
  readonly short: string | undefined
  readonly long: string
  /** As in the help, `<name[=file]>`; undefined for a switch. */
  readonly value: string | undefined
  readonly summary: string
  readonly choices: readonly string[]
  readonly default: string | undefined
}

export interface ArgumentRow {
  /** As in the usage, `[path...]`. */
  readonly shown: string
  readonly summary: string
  readonly choices: readonly string[]
}

export interface CommandRow {
  /** Without the program's own name: `['import', 'qpsmtpd']`. */
  readonly words: readonly string[]
  readonly summary: string
  /** Behind the program's name. */
  readonly usage: string
  readonly arguments: readonly ArgumentRow[]
  readonly options: readonly OptionRow[]
  /** What its help says at the end: formats, examples, exit codes. */
  readonly more: string
  readonly commands: readonly CommandRow[]
}

export function commandTable(program: Command): readonly CommandRow[] {
  return program.commands.map((command) => rowOf(command, []))
}

/** Commands and those inside them. */
export function allCommands(rows: readonly CommandRow[]): readonly CommandRow[] {
  return rows.flatMap((row) => [row, ...allCommands(row.commands)])
}

function rowOf(command: Command, above: readonly string[]): CommandRow {
  const words = [...above, command.name()]
  return {
    words,
    summary: command.description(),
    usage: `${words.join(' ')} ${command.usage()}`,
    arguments: command.registeredArguments.map(argumentOf),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), HELP],
    more: endOfHelp(command),
    commands: command.commands.map((one) => rowOf(one, words)),
  }
}

const HELP: OptionRow = {
  short: '-h',
  long: '--help',
  value: undefined,
  summary: 'display help for command',
  choices: [],
  default: undefined,
}

function argumentOf(argument: Argument): ArgumentRow {
  const dots = argument.variadic ? '...' : ''
  const shown = argument.required ? `<${argument.name()}${dots}>` : `[${argument.name()}${dots}]`
  return { shown, summary: argument.description, choices: argument.argChoices ?? [] }
}

function optionOf({ short, long, flags, description, argChoices, defaultValue }: Option): OptionRow {
  const value = /[<[].*$/.exec(flags)?.[0]
  const isShown = value !== undefined && defaultValue !== undefined
  return {
    short,
    long: long ?? flags,
    value,
    summary: description,
    choices: argChoices ?? [],
    default: isShown ? String(defaultValue) : undefined,
  }
}

/** Behind what a command says of its own exits; manual pages have a section for it. */
export const OTHER_EXITS = `
Exits with 0 when it ran and there is nothing to complain about, 2 for a wrong command line, 3 when it could not run;
all exit codes, and environment variables: postern --help
`

/** commander keeps the text behind the options to itself until help is shown. */
function endOfHelp(command: Command): string {
  const written: string[] = []
  const before = command.configureOutput()
  command.configureOutput({ writeOut: (text) => void written.push(text) }).outputHelp()
  command.configureOutput(before)
  return written.slice(1).join('').replace(OTHER_EXITS.trim(), '').trim()
}
