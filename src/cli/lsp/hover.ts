/** What stands under the cursor: the pages of `postern docs` where there is one, else what the schema says. Pure. */
import type { Schema } from '../../core/schema.ts'
import { Report } from '../../language/diagnostic.ts'
import { markAt, scalarAt } from '../../language/yaml/cursor.ts'
import type { Mark } from '../../language/yaml/loose-yaml.ts'
import { readPluginFile } from '../../language/files/plugin-file.ts'
import { describedAt, schemasAt } from '../../language/schema/at.ts'
import { wanted } from '../../language/schema/kind.ts'
import { parseYaml } from '../../language/yaml/parse.ts'
import { pagesOf } from '../documentation/pages.ts'
import { pluginPage } from '../documentation/plugin-page.ts'
import { listsOf, noteTypesOf, settingTypesOf } from './declared.ts'
import type { Mention, Sheet } from './mention.ts'
import { type Shape, shapeAt } from './shape.ts'
import { type Found, knownSheets, makersOf, mentionAt, pathOfUse, pluginName, type SiteModel } from './site-model.ts'

export interface Hover {
  readonly text: string
  readonly from: number
  readonly to: number
}

export function hoverAt(sheet: Sheet, offset: number, model: SiteModel): Hover | undefined {
  const mention = mentionAt(sheet, offset)
  const named = mention && pageOfMention({ sheet, mention }, model)
  if (mention && named !== undefined) return { text: named, from: mention.from, to: mention.to }
  const mark = markAt(sheet.marks, offset)
  if (!mark) return undefined
  const shape = shapeAt(sheet, mark.path, mark.from, model)
  const part = partAt(mark, sheet.text, offset)
  const text = mark.role === 'key' ? pageOfKey(mark, part.text, shape, model) : pageOfValue(mark, shape)
  return text === undefined ? undefined : { text, from: part.from, to: part.to }
}

type Part = Pick<Mark, 'text' | 'from' | 'to'>

/** Of `helo, ehlo` the one under the cursor. */
function partAt(mark: Mark, text: string, offset: number): Part {
  if (mark.role !== 'key' || !mark.text.includes(',')) return mark
  const parts = Array.from(text.slice(mark.from, mark.to).matchAll(/[^\s,]+/g), ({ 0: name, index }) => {
    const from = mark.from + index
    return { text: name, from, to: from + name.length }
  })
  return parts.find(({ to }) => offset <= to) ?? mark
}

/** Where keys are names of the language rather than of a file. */
const NAMING: ReadonlySet<string | number> = new Set(['match', 'unless', 'deliver', 'any', 'all', 'not'])

function pageOfKey(mark: Mark, name: string, { schema, definitions }: Shape, model: SiteModel): string | undefined {
  const isName = mark.path.some((step) => NAMING.has(step)) || mark.path.join() === 'hooks'
  const pages = isName ? pagesOf(name, model.vocabulary) : []
  if (pages.length > 0) return pages.join('\n\n')
  const described = describedAt(schema, [...mark.path, mark.text], definitions)
  return described && describedLine(mark.text, described)
}

function describedLine(key: string, schema: Schema): string | undefined {
  const { description, default: value } = schema
  if (description === undefined) return undefined
  const kind = schema.anyOf || schema.$ref ? '' : ` (${schema.enum?.join(' | ') ?? wanted(schema)})`
  return `${key}${kind}: ${description}${value === undefined ? '' : `\n\nDefault ${JSON.stringify(value)}`}`
}

function pageOfValue({ path, text }: Mark, { schema, definitions }: Shape): string | undefined {
  const same = schemasAt(schema, path, definitions).find((one) => one.const === text)
  return same?.description ? `${text}: ${same.description}` : undefined
}

type MakePage = (found: Found, model: SiteModel) => string | undefined

const PAGES: Readonly<Record<Mention['what'], MakePage>> = {
  plugin: pageOfPlugin,
  rule: (found, model) => {
    const [made] = makersOf(found, model)
    return made && pageOfRule(made)
  },
  list: (found, model) => {
    const [made] = makersOf(found, model)
    return made && pageOfList(made)
  },
  note: pageOfNote,
  setting: ({ mention: { name } }, model) => {
    const types = knownSheets(model).flatMap((sheet) => settingTypesOf(sheet).get(name) ?? [])
    return types[0] === undefined ? undefined : `Setting ${name}: a ${types[0]} that policies of recipients may set`
  },
}

function pageOfMention(found: Found, model: SiteModel): string | undefined {
  return PAGES[found.mention.what](found, model)
}

function pageOfPlugin({ sheet, mention }: Found, model: SiteModel): string | undefined {
  const path = pathOfUse(mention.name, sheet.file, model)
  const plugin = path === undefined ? undefined : model.sheets.get(path)
  if (!plugin) return undefined
  const root = parseYaml(plugin.text, plugin.file, new Report())
  if (root?.kind !== 'map' || plugin.kind !== 'plugin') return scalarAt(plugin.marks, ['summary'])?.text
  return pluginPage(readPluginFile(plugin.file, root, new Report()))
}

function pageOfRule({ sheet, mention }: Found): string {
  const rule = mention.path.slice(0, 3)
  const said = (key: string): string => scalarAt(sheet.marks, [...rule, key])?.text ?? ''
  const head = `Rule ${mention.name} of plugin ${pluginName(sheet) ?? sheet.file}, hook ${String(rule[1])}`
  return [head, said('summary'), said('return')].filter((line) => line !== '').join('\n')
}

function pageOfList({ sheet, mention }: Found): string {
  const { name, path } = mention
  const said = (key: string): string => scalarAt(sheet.marks, [...path, name, key])?.text ?? ''
  const kind = listsOf(sheet).get(name)
  const source = said('file') || said('source') || said('default')
  const head = kind === undefined ? `Parameter ${name}` : `List ${name}: entries of kind ${kind}`
  return [head, said('summary'), source && `From ${source}`].filter((line) => line !== '').join('\n')
}

function pageOfNote(found: Found, model: SiteModel): string | undefined {
  const makers = makersOf(found, model)
  const [first] = makers
  if (!first) return undefined
  const type = noteTypesOf(first.sheet).get(found.mention.name) ?? 'text'
  const places = makers.map(
    ({ sheet, mention }) => `  ${pluginName(sheet) ?? sheet.file}, hook ${String(mention.path[1])}`,
  )
  return [`Note ${found.mention.name}: a ${type}`, '', 'Set by', ...new Set(places)].join('\n')
}
