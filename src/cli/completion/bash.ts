/** Completion for bash: a function over tables of words. */
import { allCommands, type CommandRow, type OptionRow } from '../documentation/command-table.ts'
import { isGlued, type Offer, offersIn, takesSeveral } from './offers.ts'

/**
 * What may follow a command, and what may follow an option that takes a value. `=` separates words for bash: they are
 * put together first.
 */
export function bashCompletion(rows: readonly CommandRow[]): string {
  const commands = allCommands(rows)
  const names = rows.map(({ words }) => words.join(' '))
  return [
    '# bash completion for postern; to have it: eval "$(postern completion bash)"',
    ...HELPERS,
    '_postern() {',
    '  local words=() word current command= flag= place=0 site=postern.yaml',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do',
    '    if [[ ${#words[@]} -gt 0 && ( $word == "=" || ${words[-1]} == *= ) ]]; then words[-1]+=$word',
    '    else words+=("$word"); fi',
    '  done',
    '  current=${words[-1]}',
    '  for word in "${words[@]:0:${#words[@]}-1}"; do',
    '    [ -n "$command" ] || { command=$word; continue; }',
    '    case $flag in -s|--site) site=$word ;; esac',
    '    case $word in -*=*) flag=; continue ;; -*) flag=$word; continue ;; esac',
    '    case "$command $flag" in',
    ...patternLines(commands, ({ value }) => value !== undefined && !isGlued(value) && !takesSeveral(value), 'flag='),
    ...patternLines(commands, ({ value }) => takesSeveral(value), ':'),
    '      *) flag=; place=$((place + 1)) ;;',
    '    esac',
    '  done',
    '  COMPREPLY=()',
    '  case $current in --*=*) flag=${current%%=*}=; current=${current#*=} ;; -*) flag= ;; esac',
    '  case "$command $flag" in',
    ...commands.flatMap((row) => valueLines(row, rows)),
    '  esac',
    '  case $command in',
    `    '') _postern_words ${quote([...names, '--help', '--version'].join(' '))}; return ;;`,
    ...commands.map((row) => `    ${row.words.join(' ')}) _postern_rest ${quote(flagsOf(row).join(' '))} && return ;;`),
    '  esac',
    '  case "$command $place" in',
    ...commands.flatMap((row) => argumentLines(row, rows)),
    '  esac',
    '}',
    'complete -F _postern postern',
  ].join('\n')
}

/** They read the variables of their caller, as functions of bash do. */
const HELPERS = [
  '_postern_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }',
  '_postern_files() { mapfile -t COMPREPLY < <(compgen "$1" -- "$current"); compopt -o filenames 2>/dev/null; }',
  '_postern_outputs() {',
  '  case $current in *=*) current=${current#*=}; _postern_files -f ;; *) _postern_words "$1" ;; esac',
  '}',
  '_postern_rules() { _postern_words "$(postern list rules --site "$site" 2>/dev/null | cut -d" " -f1)"; }',
  '_postern_rest() { case $current in -*) _postern_words "$1" ;; *) return 1 ;; esac; }',
]

function flagsOf({ options }: CommandRow): readonly string[] {
  return options.flatMap((option) => spellings(option))
}

function spellings({ short, long }: OptionRow): readonly string[] {
  return short ? [short, long] : [long]
}

function patternLines(
  commands: readonly CommandRow[],
  isWanted: (option: OptionRow) => boolean,
  then: string,
): readonly string[] {
  const patterns = commands.flatMap(({ words, options }) =>
    options.filter(isWanted).flatMap((option) => spellings(option).map((flag) => quote(`${words.join(' ')} ${flag}`))),
  )
  return patterns.length > 0 ? [`      ${patterns.join('|')}) ${then} ;;`] : []
}

/** `--fix=` with its sign: behind it a value is wanted whatever it belongs to. */
function valueLines(row: CommandRow, rows: readonly CommandRow[]): readonly string[] {
  const { option: offerOf } = offersIn(row, rows)
  return row.options.flatMap((option) => {
    const offer = offerOf(option)
    if (!offer) return []
    const flags = [...(isGlued(option.value) ? [] : spellings(option)), `${option.long}=`]
    const patterns = flags.map((flag) => quote(`${row.words.join(' ')} ${flag}`))
    return [`    ${patterns.join('|')}) ${actionOf(offer)}; return ;;`]
  })
}

function argumentLines(row: CommandRow, rows: readonly CommandRow[]): readonly string[] {
  const { argument: offerOf } = offersIn(row, rows)
  return row.arguments.map((argument, index) => {
    const name = `${row.words.join(' ')} `
    const pattern = takesSeveral(argument.shown) ? `${quote(name)}*` : quote(`${name}${index}`)
    return `    ${pattern}) ${actionOf(offerOf(argument))} ;;`
  })
}

function actionOf({ words, files, rules }: Offer): string {
  if (rules) return '_postern_rules'
  if (files === 'behind =') return `_postern_outputs ${quote(words.join(' '))}`
  if (files) return `_postern_files ${files === 'directories' ? '-d' : '-f'}`
  return words.length > 0 ? `_postern_words ${quote(words.join(' '))}` : ':'
}

/** Nothing in single quotes means anything to a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
