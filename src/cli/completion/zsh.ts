/** Completion for zsh, with what each word is for. */
import type { CommandRow, OptionRow } from '../documentation/command-table.ts'
import { quote } from './bash.ts'
import { isGlued, type Offer, type Offers, offersIn, takesSeveral } from './offers.ts'

export function zshCompletion(rows: readonly CommandRow[]): string {
  return [
    '#compdef postern',
    '# zsh completion for postern; to have it: eval "$(postern completion zsh)"',
    ...HELPERS,
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
    ...rows.map((row) => `        ${row.words[0]}) _arguments ${specsOf(row, rows).map(quote).join(' ')} ;;`),
    '      esac ;;',
    '  esac',
    '}',
    'if [ "$funcstack[1]" = _postern ]; then _postern "$@"; else compdef _postern postern; fi',
  ].join('\n')
}

/** zsh puts options for `compadd` before the words of an action. */
const HELPERS = [
  '_postern_outputs() {',
  "  if compset -P '*='; then _files; else compadd ${argv[1,-2]} -- ${=argv[-1]}; fi",
  '}',
  '_postern_rules() {',
  '  local site=${opt_args[--site]:-${opt_args[-s]:-postern.yaml}}',
  '  compadd ${argv} -- ${(f)"$(postern list rules --site ${(Q)site} 2>/dev/null | cut -d" " -f1)"}',
  '}',
]

function specsOf(row: CommandRow, rows: readonly CommandRow[]): readonly string[] {
  const offers = offersIn(row, rows)
  return [...row.options.flatMap((option) => optionSpecs(option, offers)), ...argumentSpecs(row, offers)]
}

function argumentSpecs({ arguments: taken }: CommandRow, { argument: offerOf }: Offers): readonly string[] {
  return taken.map((argument, index) => {
    const place = takesSeveral(argument.shown) ? '*' : String(index + 1)
    return `${place}:${plain(argument.shown)}:${actionOf(offerOf(argument))}`
  })
}

/** A star before the colon: all words up to the next option. */
function optionSpecs(option: OptionRow, { option: offerOf }: Offers): readonly string[] {
  const { short, long, value, summary } = option
  const offer = offerOf(option)
  const what = `[${plain(summary).replaceAll(/[[\]:]/g, '\\$&')}]`
  const takes = offer ? `:value:${actionOf(offer)}` : ''
  if (isGlued(value)) return [`*${long}=-${what}:${takes}`]
  const many = takesSeveral(value) ? takes.replace(':', ':*-*:') : takes
  return [`*${long}${offer ? '=' : ''}${what}${many}`, ...(short ? [`*${short}${what}${many}`] : [])]
}

function actionOf({ words, files, rules }: Offer): string {
  if (rules) return '_postern_rules'
  if (files === 'behind =') return `_postern_outputs ${quote(words.join(' '))}`
  if (files) return files === 'directories' ? '_files -/' : '_files'
  return words.length > 0 ? `(${words.join(' ')})` : ' '
}

function plain(text: string): string {
  return text.replaceAll(/[<>]/g, '')
}
