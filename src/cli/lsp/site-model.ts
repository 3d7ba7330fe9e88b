/** What an editor knows of a site: its files, sound or not, and who is meant by a name in one of them. Pure. */
import { dirname, resolve } from 'node:path'
import { isPath } from '../../compiler/resolve-entries.ts'
import type { Vocabulary } from '../../core/word.ts'
import { scalarAt } from '../../language/yaml/cursor.ts'
import type { Mention, Named, Sheet } from './mention.ts'

export interface SiteModel {
  readonly vocabulary: Vocabulary
  /** Builtins and rulesets by name. */
  readonly builtins: ReadonlyMap<string, string>
  /** By path: of the site, and builtins. */
  readonly sheets: ReadonlyMap<string, Sheet>
  /** Not so for builtins: nobody changes them for a site. */
  readonly isOurs: (file: string) => boolean
  /** No file of the site was left out. */
  readonly isWhole: boolean
}

export interface Found {
  readonly sheet: Sheet
  readonly mention: Mention
}

/** The file that an entry or a suite names, whether it is there or not. */
export function pathOfUse(use: string, from: string, { builtins }: SiteModel): string | undefined {
  const name = use.replace(/:\d+$/, '')
  return isPath(name) ? resolve(dirname(from), name) : builtins.get(name)
}

/** The sheet of the plugin or ruleset that is called so. */
export function sheetOfUse(use: string, from: string, model: SiteModel): Sheet | undefined {
  const path = pathOfUse(use, from, model)
  return path === undefined ? undefined : model.sheets.get(path)
}

export function mentionAt(sheet: Sheet, offset: number): Mention | undefined {
  return sheet.mentions.find(({ from, to }) => from <= offset && offset <= to)
}

/** Everything in the site that is called by the same name. */
export function sameName({ sheet, mention }: Found, model: SiteModel): readonly Found[] {
  const key = keyOf({ sheet, mention }, model)
  const all = key === undefined ? [] : allMentions(model, mention.what)
  return all.filter((one) => one.mention.name === mention.name && keyOf(one, model) === key)
}

/** Where a name is made. */
export function makersOf(found: Found, model: SiteModel): readonly Found[] {
  return sameName(found, model).filter(({ mention }) => mention.isMade)
}

/** Names of a sort that are made in these sheets, each once. */
export function namesMade(what: Named, sheets: Iterable<Sheet>): readonly string[] {
  const made = [...sheets].flatMap(({ mentions }) =>
    mentions.flatMap((mention) => (mention.what === what && mention.isMade ? mention.name : [])),
  )
  return [...new Set(made)]
}

function allMentions(model: SiteModel, what: Named): readonly Found[] {
  return [...model.sheets.values()].flatMap((sheet) =>
    sheet.mentions.flatMap((mention) => (mention.what === what ? { sheet, mention } : [])),
  )
}

/** Whom a name belongs to: the site, or the file of a plugin. Undefined where several could be meant, or none. */
function keyOf({ sheet, mention }: Found, model: SiteModel): string | undefined {
  const { what, owner, name } = mention
  if (what === 'note' || what === 'setting') return 'site'
  if (what === 'plugin') return pathOfUse(name, sheet.file, model)
  if (owner.kind === 'own') return sheet.file
  if (owner.kind === 'use') return pathOfUse(owner.name, sheet.file, model)
  const makers = pluginsOf(resolve(dirname(sheet.file), owner.name), model).filter((plugin) => makes(plugin, mention))
  const meant = namedPlugin(sheet, mention)
  const [only, ...others] = meant === undefined ? makers : makers.filter((plugin) => pluginName(plugin) === meant)
  return others.length > 0 ? undefined : only?.file
}

function makes({ mentions }: Sheet, { what, name }: Mention): boolean {
  return mentions.some((one) => one.isMade && one.what === what && one.name === name)
}

/** What an expectation says of the plugin beside the rule. */
function namedPlugin({ marks }: Sheet, { path }: Mention): string | undefined {
  return scalarAt(marks, [...path.slice(0, -1), 'plugin'])?.text.replace(/:\d+$/, '')
}

export function pluginName({ marks }: Sheet): string | undefined {
  return scalarAt(marks, ['plugin'])?.text
}

/** The plugins that a site or ruleset lists, those of its rulesets included. */
export function pluginsOf(file: string, model: SiteModel, opened: readonly string[] = []): readonly Sheet[] {
  const sheet = model.sheets.get(file)
  if (!sheet || opened.includes(file)) return []
  const uses = sheet.mentions.filter(({ what, path }) => what === 'plugin' && path[0] === 'plugins')
  return uses.flatMap(({ name }) => {
    const used = sheetOfUse(name, file, model)
    if (used?.kind === 'ruleset') return pluginsOf(used.file, model, [...opened, file])
    return used ? [used] : []
  })
}

export function sitesOf({ sheets }: SiteModel): readonly Sheet[] {
  return [...sheets.values()].filter(({ kind }) => kind === 'site')
}

/** Our own files, and the builtins that our sites use. */
export function knownSheets(model: SiteModel): readonly Sheet[] {
  const own = [...model.sheets.values()].filter(({ file }) => model.isOurs(file))
  return [...new Set([...own, ...sitesOf(model).flatMap(({ file }) => pluginsOf(file, model))])]
}
