/** The plugins of a site or ruleset as one schema: their names, and the parameters of the one that an entry is about. */
import { dirname, relative } from 'node:path'
import { paramSchema } from '../../compiler/params.ts'
import type { Schema } from '../../core/schema.ts'
import { scalarAt } from '../../language/yaml/cursor.ts'
import type { Path } from '../../language/yaml/loose-yaml.ts'
import { USE_SCHEMA } from '../../language/files/site-file.ts'
import { paramsOf } from './declared.ts'
import type { Sheet } from './mention.ts'
import { pluginName, sheetOfUse, type SiteModel } from './site-model.ts'

type Properties = Readonly<Record<string, Schema>>

/** `path` leads to the entry in question, or into it. */
export function entriesShape(sheet: Sheet, path: Path, model: SiteModel): Schema {
  const names = pluginNames(sheet, model)
  const asked = path[0] === 'plugins' && typeof path[2] === 'string' ? path[2] : undefined
  const short: Properties = {
    ...Object.fromEntries(names.map(({ name, description }) => [name, { description, type: 'object' }] as const)),
    ...(asked !== undefined && { [asked]: argumentsOf(asked, sheet, model) }),
  }
  const constants = constantsOf(names)
  const long = longForm(constants, scalarAt(sheet.marks, [...path.slice(0, 2), 'use'])?.text, sheet, model)
  return { anyOf: [...constants, { type: 'object', properties: short }, long] }
}

function longForm(names: readonly Schema[], used: string | undefined, sheet: Sheet, model: SiteModel): Schema {
  const { use, with: given, ...rest } = USE_SCHEMA.properties
  const own = used === undefined ? {} : argumentsOf(used, sheet, model)
  return { type: 'object', properties: { use: { ...use, anyOf: names }, with: { ...given, ...own }, ...rest } }
}

function argumentsOf(use: string, sheet: Sheet, model: SiteModel): Schema {
  const plugin = sheetOfUse(use, sheet.file, model)
  if (!plugin) return { type: 'object', additionalProperties: {} }
  const params = paramsOf(plugin).map((param) => {
    return [param.name, { ...paramSchema(param), description: param.summary }] as const
  })
  return { type: 'object', properties: Object.fromEntries(params) }
}

interface Named {
  readonly name: string
  readonly description: string
}

/** Builtins and rulesets by name, the site's own files by path. */
export function pluginNames({ file }: Sheet, { builtins, sheets, isOurs }: SiteModel): readonly Named[] {
  const own = [...sheets.values()].filter(
    (one) => (one.kind === 'plugin' || one.kind === 'ruleset') && isOurs(one.file) && one.file !== file,
  )
  return [
    ...own.map((one) => ({ name: pathTo(one.file, file), description: summaryOf(one) })),
    ...[...builtins].map(([name, path]) => ({ name, description: summaryOf(sheets.get(path)) })),
  ]
}

function pathTo(file: string, from: string): string {
  const path = relative(dirname(from), file)
  return path.startsWith('.') ? path : `./${path}`
}

export function constantsOf(names: readonly Named[]): readonly Schema[] {
  return names.map(({ name, description }) => ({ const: name, description }))
}

function summaryOf(sheet: Sheet | undefined): string {
  return (sheet && scalarAt(sheet.marks, ['summary'])?.text) ?? ''
}

/** Names of the plugins that a site lets recipients do without. */
export function skippableIn(site: Sheet, model: SiteModel): readonly string[] {
  const said = site.marks.filter(
    ({ path, text }) => path[0] === 'plugins' && path[2] === 'skippable' && text === 'true',
  )
  return said.flatMap(({ path }) => {
    const use = scalarAt(site.marks, [...path.slice(0, 2), 'use'])?.text ?? ''
    const plugin = sheetOfUse(use, site.file, model)
    const name = plugin && pluginName(plugin)
    return name === undefined ? [] : [`${name}${/:\d+$/.exec(use)?.[0] ?? ''}`]
  })
}
