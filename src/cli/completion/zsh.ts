/** Completion for zsh, with what each word is for. */
import type { CommandRow, OptionRow } from '../command-table.ts'
import { quote } from './bash.ts'

export function zshCompletion(rows: readonly CommandRow[]): string {
  return [
    '#compdef postern',
    '# zsh completion for postern; to have it: eval "$(postern completion zsh)"',
    '_postern() {',
    '  local -a commands=(',
    ...rows.map(({ words, summary }) => `    ${quote(`${words[0]}:${summary.replaceAll(':', '\\:')}`)}`),
    '  )',
    '  local context state state_descr line',
    '  typeset -A opt_args',
    "  _arguments -C '1:command:->command' '*::word:->word' && return",
    '  case $state in',
    '    command) _describe command commands ;;',
    '    word)',
    '      case $line[1] in',
    ...rows.map((row) => `        ${row.words[0]}) _arguments ${specsOf(row).map(quote).join(' ')} ;;`),
    '      esac ;;',
    '  esac',
    '}',
    'if [ "$funcstack[1]" = _postern ]; then _postern "$@"; else compdef _postern postern; fi',
  ].join('\n')
}

function specsOf({ options, commands, arguments: taken }: CommandRow): readonly string[] {
  const names = commands.map(({ words }) => words.at(-1) ?? '')
  const choices = [...names, ...taken.flatMap((argument) => argument.choices)]
  const rest = choices.length > 0 ? `1:${taken[0]?.shown ?? 'what'}:(${choices.join(' ')})` : '*:file:_files'
  const inner = commands.length > 0 ? ['*:file:_files'] : []
  return [...options.flatMap(optionSpecs), plain(rest), ...inner]
}

function optionSpecs({ short, long, value, summary, choices }: OptionRow): readonly string[] {
  const action = choices.length > 0 ? `(${choices.join(' ')})` : '_files'
  const tail = `[${plain(summary).replaceAll(/[[\]:]/g, '\\$&')}]${value === undefined ? '' : `:value:${action}`}`
  return [long, ...(short ? [short] : [])].map((flag) => `*${flag}${tail}`)
}

function plain(text: string): string {
  return text.replaceAll(/[<>]/g, '')
}
