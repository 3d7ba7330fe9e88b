/** What a file declares, as far as it has been typed: parameters, lists, notes and settings with their types. */
import type { FactType } from '../../core/fact.ts'
import { LIST_KINDS, type ListKind } from '../../core/list.ts'
import { isKeyOf } from '../../core/table.ts'
import { keysAt, scalarAt } from '../../language/yaml/cursor.ts'
import { startOf } from '../../language/diagnostic.ts'
import type { Mark, Path } from '../../language/yaml/loose-yaml.ts'
import type { ParamDeclaration } from '../../language/files/plugin-file.ts'
import { PARAM_TYPES } from '../../language/files/plugin-schema.ts'
import type { Sheet } from './mention.ts'

export function paramsOf(sheet: Sheet): readonly ParamDeclaration[] {
  return keysAt(sheet.marks, ['params']).map((name) => paramOf(sheet, name))
}

function paramOf({ file, marks }: Sheet, name: string): ParamDeclaration {
  const path = ['params', name]
  const text = (key: string): string | undefined => scalarAt(marks, [...path, key])?.text
  const list = listKind(text('list'))
  return {
    name,
    at: startOf(file),
    list,
    type: list ? undefined : (PARAM_TYPES.find((type) => type === text('type')) ?? 'text'),
    values: valuesAt(marks, [...path, 'values']),
    default: undefined,
    optional: text('optional') === 'true' || keysAt(marks, path).includes('default'),
    summary: text('summary') ?? '',
  }
}

function valuesAt(marks: readonly Mark[], path: Path): readonly string[] | undefined {
  const items = marks.filter((mark) => mark.role === 'value' && mark.path.slice(0, -1).join('/') === path.join('/'))
  return items.length === 0 ? undefined : items.map(({ text }) => text)
}

/** Kinds of the lists that rules of a plugin may name: its own, and its parameters that are lists. */
export function listsOf(sheet: Sheet): ReadonlyMap<string, ListKind> {
  const own = keysAt(sheet.marks, ['lists']).map(
    (name) => [name, listKind(scalarAt(sheet.marks, ['lists', name, 'of'])?.text)] as const,
  )
  const params = paramsOf(sheet).map(({ name, list }) => [name, list] as const)
  return new Map([...own, ...params].flatMap(([name, kind]) => (kind ? [[name, kind] as const] : [])))
}

function listKind(name = ''): ListKind | undefined {
  return isKeyOf(LIST_KINDS, name) ? name : undefined
}

/** Of the notes that a file sets or declares. */
export function noteTypesOf({ marks, mentions }: Sheet): ReadonlyMap<string, FactType> {
  const made = mentions.filter(({ what, isMade }) => what === 'note' && isMade)
  return new Map(made.map(({ name, path }) => [name, noteType(name, path, marks)]))
}

function noteType(name: string, path: Path, marks: readonly Mark[]): FactType {
  if (path[0] === 'notes') return typeNamed(scalarAt(marks, ['notes', name, 'type'])?.text)
  const value = scalarAt(marks, [...path, `note.${name}`])
  if (!value || value.quote !== '') return 'text'
  if (/^(true|false)$/.test(value.text)) return 'boolean'
  return value.text !== '' && Number.isFinite(Number(value.text)) ? 'number' : 'text'
}

function typeNamed(name: string | undefined): FactType {
  return name === 'number' || name === 'boolean' ? name : 'text'
}

/** Of the settings that a plugin, or a site for its recipients, declares. */
export function settingTypesOf({ kind, marks }: Sheet): ReadonlyMap<string, FactType> {
  const path = kind === 'site' ? ['recipients', 'settings'] : ['settings']
  const names = kind === 'policy' ? [] : keysAt(marks, path)
  return new Map(names.map((name) => [name, typeNamed(scalarAt(marks, [...path, name, 'type'])?.text)]))
}
