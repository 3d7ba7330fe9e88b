/** Completion for fish: a line for each word, with what it is for. */
import type { CommandRow, OptionRow } from '../command-table.ts'
import { quote } from './bash.ts'

export function fishCompletion(rows: readonly CommandRow[]): string {
  return [
    '# fish completion for postern; to have it: postern completion fish | source',
    'complete -c postern -n __fish_use_subcommand -f',
    ...rows.map(
      ({ words, summary }) => `complete -c postern -n __fish_use_subcommand -a ${words[0]} -d ${text(summary)}`,
    ),
    ...rows.flatMap(linesOf),
  ].join('\n')
}

function linesOf({ words: [name = ''], options, commands, arguments: taken }: CommandRow): readonly string[] {
  const seen = `-n ${text(`__fish_seen_subcommand_from ${name}`)}`
  const names = [...commands.map(({ words }) => words.at(-1) ?? ''), ...taken.flatMap(({ choices }) => choices)]
  return [
    ...names.map((one) => `complete -c postern ${seen} -a ${text(one)}`),
    ...options.map((option) => `complete -c postern ${seen} ${optionWords(option)}`),
  ]
}

function optionWords({ short, long, value, summary, choices }: OptionRow): string {
  const takes = value === undefined ? '' : choices.length > 0 ? ` -x -a ${text(choices.join(' '))}` : ' -r -F'
  return `-l ${long.slice(2)}${short ? ` -s ${short.slice(1)}` : ''}${takes} -d ${text(summary)}`
}

/** In fish a backslash before a quote or a backslash means something, and nothing else does. */
function text(raw: string): string {
  return quote(raw.replaceAll('\\', '\\\\')).replaceAll(`'\\''`, `\\'`)
}
