/** The options that every reporting command has: formats, what fails the run, how much is shown. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Severity } from '../../language/diagnostic.ts'
import { SEVERITIES } from '../../language/render/json.ts'
import type { Command as ReportedCommand } from '../../testing/report-shape.ts'
import { FORMAT_NAMES, FORMATS } from './index.ts'
import { addOutput, type Output } from './outputs.ts'

export interface ReportFlags {
  readonly format?: readonly Output[]
  readonly maxDiagnostics: number
  readonly exitZero?: boolean
}

export interface JudgeFlags extends ReportFlags {
  readonly failOn: Severity
  readonly allowEmpty?: boolean
}

const MOST_SHOWN = 200

export function addReportFlags(command: Command): Command {
  return command
    .option('-f, --format <name[=file]>', 'how to report, and where; may be given several times', addOutput)
    .option('--max-diagnostics <n>', 'how many findings `pretty` shows', wholeNumber, MOST_SHOWN)
    .option('--exit-zero', 'exit with 0 whatever was found')
}

export function addJudgeFlags(command: Command): Command {
  return addReportFlags(command)
    .addOption(
      new Option('--fail-on <severity>', 'the least finding that fails the run').choices(SEVERITIES).default('error'),
    )
    .option('--allow-empty', 'finding nothing to do is no failure')
}

/** For `--help`. */
export function formatsHelp(command: ReportedCommand): string {
  const names = FORMAT_NAMES.filter((name) => FORMATS[name].commands.includes(command))
  const rows = names.map((name) => `  ${name.padEnd(12)}${FORMATS[name].summary}`)
  return `\nFormats:\n${rows.join('\n')}\n\nWithout one for standard output it is pretty; in GitHub Actions with annotations.\n`
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

export function percentage(text: string): number {
  const number = Number(text.replace(/%$/, ''))
  if (text.trim() === '' || !(number >= 0 && number <= 100))
    throw new InvalidArgumentError('It must be a number from 0 to 100.')
  return number
}

/** For an option that may be given several times. */
export function oneMore(text: string, others: readonly string[] = []): readonly string[] {
  return [...others, text]
}
