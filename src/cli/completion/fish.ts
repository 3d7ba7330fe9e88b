/** Completion for fish: a line for each word, with what it is for. */
import type { ArgumentRow, CommandRow, OptionRow } from '../documentation/command-table.ts'
import { quote } from './bash.ts'
import { isGlued, type Offer, offersIn, takesSeveral } from './offers.ts'

export function fishCompletion(rows: readonly CommandRow[]): string {
  return [
    '# fish completion for postern; to have it: postern completion fish | source',
    ...HELPERS,
    'complete -c postern -f',
    ...rows.map(
      ({ words, summary }) => `complete -c postern -n __fish_use_subcommand -a ${words[0]} -d ${text(summary)}`,
    ),
    ...rows.flatMap((row) => linesOf(row, rows)),
  ].join('\n')
}

/** fish completes the whole word: the name and its sign stand before each file. */
const HELPERS = [
  'function __postern_outputs',
  "  set -l parts (string match -r '^([^=]*=)(.*)$' -- (commandline -ct))",
  '  if set -q parts[3]; printf "%s\\n" $parts[2](__fish_complete_path $parts[3])',
  '  else; printf "%s\\n" $argv; end',
  'end',
  'function __postern_behind',
  "  set -l flags (string match -- '-*' (commandline -opc)); and test $flags[-1] = $argv[1]",
  'end',
  'function __postern_rules',
  "  set -l site (string match -r -- ' (?:-s|--site)[ =]*(\\S+)' (string join ' ' -- (commandline -opc)))[2]",
  '  set -q site[1]; or set site postern.yaml',
  "  postern list rules --site $site 2>/dev/null | string match -r '^\\S+'",
  'end',
]

function linesOf(row: CommandRow, rows: readonly CommandRow[]): readonly string[] {
  const { option: offerOf, argument } = offersIn(row, rows)
  const seen = `__fish_seen_subcommand_from ${row.words[0]}`
  return [
    ...row.arguments.map((one, index) => argumentLine(one, { row, index, offer: argument(one) })),
    ...row.options.flatMap((option) => optionLines(seen, option, offerOf(option))),
  ]
}

interface Taken {
  readonly row: CommandRow
  readonly index: number
  readonly offer: Offer
}

/** Words with a dash are not counted, what options take is: an argument too much is no harm. */
function argumentLine({ shown }: ArgumentRow, { row: { words }, index, offer }: Taken): string {
  const seen = `__fish_seen_subcommand_from ${words[0]}`
  const place =
    shown.includes('...') || index > 0
      ? seen
      : `${seen}; and test (count (__fish_print_cmd_args_without_options)) -le 2`
  return `complete -c postern -n ${text(place)} ${actionOf(offer)}`
}

/** What takes its value behind `=` only is a switch until then: else it would take the next word. */
function optionLines(
  seen: string,
  { short, long, value, summary }: OptionRow,
  offer: Offer | undefined,
): readonly string[] {
  const flag = `-l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ''} -d ${text(summary)}`
  const takes = offer ? ` -r ${actionOf(offer)}` : ''
  const first = `complete -c postern -n ${text(seen)} ${flag}`
  if (!isGlued(value))
    return [`${first}${takes}`, ...(offer && takesSeveral(value) ? [nextLine(seen, long, offer)] : [])]
  const begun = `${seen}; and string match -q -- '${long}=*' (commandline -ct)`
  return [first, `complete -c postern -n ${text(begun)} ${flag}${takes}`]
}

/** For fish an option has one value. */
function nextLine(seen: string, long: string, offer: Offer): string {
  return `complete -c postern -n ${text(`${seen}; and __postern_behind ${long}`)} ${actionOf(offer)}`
}

function actionOf({ words, files, rules }: Offer): string {
  if (rules) return "-f -a '(__postern_rules)'"
  if (files === 'behind =') return `-f -a ${text(`(__postern_outputs ${words.join(' ')})`)}`
  if (files) return files === 'directories' ? "-f -a '(__fish_complete_directories)'" : '-F'
  return words.length > 0 ? `-f -a ${text(words.join(' '))}` : '-f'
}

/** In fish a backslash before a quote or a backslash means something, and nothing else does. */
function text(raw: string): string {
  return quote(raw.replaceAll('\\', '\\\\')).replaceAll(`'\\''`, `\\'`)
}
