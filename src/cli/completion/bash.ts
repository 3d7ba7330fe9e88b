/** Completion for bash: a function over tables of words. */
import { allCommands, type CommandRow } from '../command-table.ts'

/** What may follow a command, and what may follow an option that takes a value. */
export function bashCompletion(rows: readonly CommandRow[]): string {
  const commands = allCommands(rows)
  return [
    '# bash completion for postern; to have it: eval "$(postern completion bash)"',
    '_postern() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= word',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$command${command:+ }$word" in',
    ...commands.map(({ words }) => `      ${quote(words.join(' '))}) command=${quote(words.join(' '))} ;;`),
    '    esac',
    '  done',
    '  case "$command $before" in',
    ...commands.flatMap(valuesOf),
    '  esac',
    '  local words=',
    '  case "$command" in',
    `    '') words=${quote([...rows.map(({ words }) => words[0]), '--help', '--version'].join(' '))} ;;`,
    ...commands.map((row) => `    ${quote(row.words.join(' '))}) words=${quote(wordsOf(row).join(' '))} ;;`),
    '  esac',
    '  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
    '  [ "${#COMPREPLY[@]}" -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$current")',
    '}',
    'complete -o filenames -F _postern postern',
  ].join('\n')
}

function wordsOf({ options, commands, arguments: taken }: CommandRow): readonly string[] {
  const flags = options.flatMap(({ short, long }) => (short ? [short, long] : [long]))
  return [...commands.map(({ words }) => words.at(-1) ?? ''), ...taken.flatMap(({ choices }) => choices), ...flags]
}

function valuesOf({ words, options }: CommandRow): readonly string[] {
  return options
    .filter(({ value }) => value !== undefined)
    .map(({ short, long, choices }) => {
      const pattern = [long, short]
        .filter((flag) => flag !== undefined)
        .map((flag) => quote(`${words.join(' ')} ${flag}`))
      const source = choices.length > 0 ? `-W ${quote(choices.join(' '))}` : '-f'
      return `    ${pattern.join('|')}) mapfile -t COMPREPLY < <(compgen ${source} -- "$current"); return ;;`
    })
}

/** Nothing in single quotes means anything to a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
