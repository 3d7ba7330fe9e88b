/** From a name to where it is made, to all who use it, and to another name for it. Pure. */
import { dirname, resolve } from 'node:path'
import { SITE_FILE } from '../../compiler/site-directory.ts'
import { markAt, scalarAt } from '../../language/yaml/cursor.ts'
import type { Mark } from '../../language/yaml/loose-yaml.ts'
import { RULE_SCHEMA } from '../../language/files/rule-schema.ts'
import { listsOf } from './declared.ts'
import type { Named, Sheet } from './mention.ts'
import { type Found, makersOf, mentionAt, pathOfUse, sameName, sheetOfUse, type SiteModel } from './site-model.ts'

/** Offsets in a file; of a whole file, its start. */
export interface Place {
  readonly file: string
  readonly from: number
  readonly to: number
}

/** A rule's `id`, who sets a note, a list's declaration and its file, the file of a plugin. */
export function definitionsAt(sheet: Sheet, offset: number, model: SiteModel): readonly Place[] {
  const mention = mentionAt(sheet, offset)
  if (!mention) return fileUnder(sheet, offset, model)
  if (mention.what === 'plugin') return startOf(pathOfUse(mention.name, sheet.file, model))
  const makers = makersOf({ sheet, mention }, model)
  return [...makers.map(placeOf), ...makers.flatMap((made) => fileOfList(made, model))]
}

export function referencesAt(sheet: Sheet, offset: number, model: SiteModel): readonly Place[] {
  const mention = mentionAt(sheet, offset)
  return mention ? sameName({ sheet, mention }, model).map(placeOf) : []
}

function placeOf({ sheet, mention }: Found): Place {
  return { file: sheet.file, from: mention.from, to: mention.to }
}

function startOf(file: string | undefined): readonly Place[] {
  return file === undefined ? [] : [{ file, from: 0, to: 0 }]
}

function fileOfList({ sheet, mention }: Found, model: SiteModel): readonly Place[] {
  if (mention.what !== 'list') return []
  const file = scalarAt(sheet.marks, [...mention.path, mention.name, 'file'])?.text
  return file === undefined ? [] : startOf(resolve(siteDirectory(sheet.file, model), file))
}

/** Files that are named as such: of lists, of what a suite tests. */
function fileUnder(sheet: Sheet, offset: number, model: SiteModel): readonly Place[] {
  const mark = markAt(sheet.marks, offset)
  if (mark?.role !== 'value') return []
  if (sheet.kind === 'suite' && mark.path.join() === 'site') return startOf(resolve(dirname(sheet.file), mark.text))
  return namesListFile(mark, sheet, model) ? startOf(resolve(siteDirectory(sheet.file, model), mark.text)) : []
}

function namesListFile({ path, text }: Mark, sheet: Sheet, model: SiteModel): boolean {
  if (text.includes(':') || text.includes('${')) return false
  if (path[0] === 'lists') return path.length === 3 && path[2] === 'file'
  if (path[0] !== 'plugins') return path.join() === 'local_domains'
  const use = path.length === 3 ? String(path[2]) : scalarAt(sheet.marks, [...path.slice(0, 2), 'use'])?.text
  const plugin = sheetOfUse(use ?? String(path[2]), sheet.file, model)
  return plugin !== undefined && listsOf(plugin).has(String(path.at(-1)))
}

/** Paths in a plugin are relative to its site. */
function siteDirectory(file: string, { sheets }: SiteModel): string {
  for (let directory = dirname(file); directory !== dirname(directory); directory = dirname(directory))
    if (sheets.has(resolve(directory, SITE_FILE))) return directory
  return dirname(file)
}

export type Renamed =
  | { readonly ok: true; readonly places: readonly Place[] }
  | { readonly ok: false; readonly because: string }

const PATTERNS: Readonly<Record<Exclude<Named, 'plugin'>, RegExp>> = {
  rule: new RegExp(RULE_SCHEMA.properties.id.pattern),
  note: /^[A-Za-z]\w*(?:[.-]\w+)*$/,
  list: /^[A-Za-z][\w-]*$/,
  setting: /^[a-z][a-z0-9_]*$/,
}

/** The name under the cursor, where it can be changed at all. */
export function renamableAt(sheet: Sheet, offset: number): Place | undefined {
  const mention = mentionAt(sheet, offset)
  return mention && mention.what !== 'plugin' ? placeOf({ sheet, mention }) : undefined
}

/** All of the places, or none. */
export function renameAt(sheet: Sheet, offset: number, name: string, model: SiteModel): Renamed {
  const mention = mentionAt(sheet, offset)
  if (!mention || mention.what === 'plugin') return refuse('there is no name here that can be changed')
  if (!model.isWhole) return refuse('there are more files here, or larger ones, than an editor looks at')
  if (!PATTERNS[mention.what].test(name)) return refuse(`\`${name}\` is no name for a ${mention.what}`)
  const found = sameName({ sheet, mention }, model)
  const made = found.filter((one) => one.mention.isMade)
  if (made.length === 0) return refuse(`nothing here makes a ${mention.what} \`${mention.name}\``)
  const foreign = found.find((one) => !model.isOurs(one.sheet.file))
  if (foreign) return refuse(`${foreign.sheet.file} uses it, which is not a file of this site`)
  const taken = made.some((one) => makersOf({ ...one, mention: { ...one.mention, name } }, model).length > 0)
  return taken ? refuse(`there is a ${mention.what} \`${name}\` already`) : { ok: true, places: found.map(placeOf) }
}

function refuse(because: string): Renamed {
  return { ok: false, because }
}
