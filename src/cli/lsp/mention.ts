/**
 * The names in a file that lead somewhere: rules, notes, lists and parameters, settings, plugins. Each mention says whose
 * name it is; which file that is, the model of the site knows.
 */
import type { MatcherWord } from '../../core/word.ts'
import { keysAt, scalarAt } from '../../language/yaml/cursor.ts'
import { type FileKind, fileKind } from '../../language/files/file-kind.ts'
import { looseMarks, type Mark, type Path } from '../../language/yaml/loose-yaml.ts'

/** Lists and parameters of a plugin share one space of names: `list`. */
export type Named = 'rule' | 'note' | 'list' | 'setting' | 'plugin'

/** Whose rule or list: of this file, of a plugin as an entry names it, or of some plugin of a site. */
export type Owner = { readonly kind: 'own' } | { readonly kind: 'use' | 'site'; readonly name: string }

export interface Mention {
  readonly what: Named
  readonly name: string
  /** It is made here: a rule's `id`, a list's declaration, a note that is set. */
  readonly isMade: boolean
  readonly owner: Owner
  readonly path: Path
  /** Offsets of the name alone. */
  readonly from: number
  readonly to: number
}

/** One file as an editor sees it. */
export interface Sheet {
  readonly file: string
  readonly text: string
  readonly kind: FileKind | undefined
  readonly marks: readonly Mark[]
  readonly mentions: readonly Mention[]
}

export function readSheet(file: string, text: string, words: ReadonlyMap<string, MatcherWord>): Sheet {
  const marks = looseMarks(text)
  const keys = keysAt(marks, [])
  const kind = keys.length === 0 ? undefined : fileKind(keys)
  const source: Source = { text, kind, marks, words, columns: ruleColumns(marks) }
  const mentions = kind ? marks.flatMap((mark) => mentionsIn(mark, source)) : []
  return { file, text, kind, marks, mentions }
}

interface Source {
  readonly text: string
  readonly kind: FileKind | undefined
  readonly marks: readonly Mark[]
  readonly words: ReadonlyMap<string, MatcherWord>
  /** Columns of tables that hold names of rules. */
  readonly columns: ReadonlySet<string>
}

const OWN: Owner = { kind: 'own' }

function mentionsIn(mark: Mark, source: Source): readonly Mention[] {
  if (mark.role === 'key') return keyMention(mark, source)
  return [...valueMention(mark, source), ...textMentions(mark, source)]
}

interface Said {
  readonly what: Named
  readonly isMade?: boolean
  readonly owner?: Owner
  /** Letters before the name. */
  readonly skip?: number
}

/** A key, a value, or a name within a text. */
type Piece = Pick<Mark, 'path' | 'text' | 'from' | 'to'>

function mention(mark: Piece, { what, isMade = false, owner = OWN, skip = 0 }: Said): Mention {
  const { path, from, to, text } = mark
  return { what, name: text.slice(skip), isMade, owner, path, from: from + skip, to }
}

function keyMention(mark: Mark, source: Source): readonly Mention[] {
  const said = prefixed(mark) ?? declared(mark, source) ?? given(mark, source)
  return said ? [mention(mark, said)] : []
}

function prefixed({ text, path }: Piece): Said | undefined {
  const isMade = path[0] === 'hooks' && (path[3] === 'set' || path[3] === 'add')
  if (text.startsWith('note.')) return { what: 'note', isMade, skip: 'note.'.length }
  return text.startsWith('policy.') ? { what: 'setting', skip: 'policy.'.length } : undefined
}

/** Where names are made, by kind of file and place. */
const DECLARED: ReadonlyMap<string, Said> = new Map<string, Said>([
  ['plugin notes', { what: 'note', isMade: true }],
  ['plugin lists', { what: 'list', isMade: true }],
  ['plugin params', { what: 'list', isMade: true }],
  ['ruleset params', { what: 'list', isMade: true }],
  ['plugin settings', { what: 'setting', isMade: true }],
  ['site recipients/settings', { what: 'setting', isMade: true }],
  ['policy settings', { what: 'setting' }],
])

function declared({ path }: Mark, { kind }: Source): Said | undefined {
  return DECLARED.get(`${kind} ${path.join('/')}`)
}

/** Names that tests and entries give values to. */
function given(mark: Mark, source: Source): Said | undefined {
  const { path } = mark
  const last = path.at(-1)
  if (last === 'enabled' && path.length === 4) return { what: 'list' }
  if (path[0] === 'plugins') return inEntry(mark, source)
  if (!isInTests(path, source)) return undefined
  if (last === 'params' || last === 'lists') return { what: 'list', owner: ownerOfTests(source) }
  const isNote = (last === 'notes' && path.includes('expect')) || path.at(-2) === 'notes'
  return isNote ? { what: 'note' } : undefined
}

const LONG_FORM = ['use', 'with', 'match', 'unless', 'mode', 'skippable', 'mutation']

function inEntry({ path, text }: Mark, { marks }: Source): Said | undefined {
  const use = scalarAt(marks, [...path.slice(0, 2), 'use'])?.text
  if (path.length === 2) return use === undefined && !LONG_FORM.includes(text) ? { what: 'plugin' } : undefined
  const isArgument = path.length === 3 && (use === undefined || path[2] === 'with')
  return isArgument ? { what: 'list', owner: { kind: 'use', name: use ?? String(path[2]) } } : undefined
}

function isInTests(path: Path, { kind }: Source): boolean {
  return path[0] === 'tests' || kind === 'suite'
}

function ownerOfTests({ kind, marks }: Source): Owner {
  if (kind !== 'suite') return OWN
  const plugin = scalarAt(marks, ['plugin'])?.text
  if (plugin !== undefined) return { kind: 'use', name: plugin }
  return { kind: 'site', name: scalarAt(marks, ['site'])?.text ?? '' }
}

function valueMention(mark: Mark, source: Source): readonly Mention[] {
  const said = mark.text.includes('${') ? undefined : (ofRules(mark, source) ?? ofPlugins(mark, source))
  return said ? [mention(mark, said)] : []
}

function ofRules({ path }: Mark, source: Source): Said | undefined {
  const last = path.at(-1)
  if (isInTests(path, source)) {
    const isRule = (last === 'rule' && path.includes('expect')) || source.columns.has(columnOf(path))
    return isRule ? { what: 'rule', owner: ownerOfTests(source) } : undefined
  }
  if (path[0] !== 'hooks') return undefined
  if (path.length === 4 && last === 'id') return { what: 'rule', isMade: true }
  const [above, isList] = [path.at(-2), last === 'in_list' || last === 'matches_list']
  return isList || (above === 'deliver_to' && last === 'list') || isListOption(above, last, source)
    ? { what: 'list' }
    : undefined
}

function isListOption(word: Path[0] | undefined, option: Path[0] | undefined, { words }: Source): boolean {
  return words.get(String(word))?.options.properties?.[String(option)]?.['x-list'] !== undefined
}

function ofPlugins({ path }: Mark, { kind }: Source): Said | undefined {
  const isEntry = path[0] === 'plugins' && (path.length === 2 || (path.length === 3 && path[2] === 'use'))
  const isSubject = kind === 'suite' && path.length === 1 && path[0] === 'plugin'
  return isEntry || isSubject ? { what: 'plugin' } : undefined
}

/** `tests/3/table/2`: below it stand names of rules, one a row. */
function columnOf(path: Path): string {
  const isCell = path[0] === 'tests' && path[2] === 'table' && path.length === 5 && path[3] !== 0
  return isCell ? [...path.slice(0, 3), path[4]].join('/') : ''
}

function ruleColumns(marks: readonly Mark[]): ReadonlySet<string> {
  const heads = marks.filter(({ path, text }) => path[2] === 'table' && path[3] === 0 && /^(expect\.)?rule$/.test(text))
  return new Set(heads.map(({ path }) => [...path.slice(0, 3), path[4]].join('/')))
}

const NAMES = /\$\$|\$\{\s*(?<name>[A-Za-z][\w.:-]*)/g

/** `${note.bad}`, `${zones}` */
function textMentions({ from, to, path }: Mark, { text }: Source): readonly Mention[] {
  return Array.from(text.slice(from, to).matchAll(NAMES)).flatMap(({ 0: all, index, groups }) => {
    const name = groups?.['name']
    if (name === undefined) return []
    const start = from + index + all.length - name.length
    const mark = { path, text: name, from: start, to: start + name.length }
    return [mention(mark, prefixed(mark) ?? { what: 'list' })]
  })
}
