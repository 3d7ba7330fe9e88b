/** A policy test as one schema: the rules, plugins, parameters and lists of what it tests. */
import { dirname, resolve } from 'node:path'
import { paramSchema } from '../../compiler/params.ts'
import type { Schema } from '../../core/schema.ts'
import { scalarAt } from '../../language/yaml/cursor.ts'
import { EXPECT_SCHEMA } from '../../language/files/session-schema.ts'
import { listsOf, paramsOf } from './declared.ts'
import type { Sheet } from './mention.ts'
import { namesMade, pluginName, pluginsOf, sheetOfUse, type SiteModel } from './site-model.ts'

export function testShape(test: Schema, sheet: Sheet, model: SiteModel): Schema {
  const subjects = subjectsOf(sheet, model)
  const expect = expectShape(subjects)
  const [plugin, ...others] = subjects
  const own = plugin && others.length === 0 && isAlone(sheet) ? argumentShapes(plugin) : {}
  const several: Schema = { anyOf: [expect, { type: 'array', items: expect }] }
  return { ...test, properties: { ...test.properties, ...own, expect: { ...several, description: 'What must hold' } } }
}

function isAlone({ kind, marks }: Sheet): boolean {
  return kind !== 'suite' || scalarAt(marks, ['plugin']) !== undefined
}

/** The plugins whose rules may decide. */
function subjectsOf(sheet: Sheet, model: SiteModel): readonly Sheet[] {
  if (sheet.kind !== 'suite') return [sheet]
  const plugin = scalarAt(sheet.marks, ['plugin'])?.text
  if (plugin !== undefined) return [sheetOfUse(plugin, sheet.file, model) ?? []].flat()
  const site = scalarAt(sheet.marks, ['site'])?.text
  return site === undefined ? [] : pluginsOf(resolve(dirname(sheet.file), site), model)
}

function expectShape(subjects: readonly Sheet[]): Schema {
  const { rule, plugin, ...rest } = EXPECT_SCHEMA.properties
  const names = subjects.flatMap((one) => pluginName(one) ?? [])
  return {
    ...EXPECT_SCHEMA,
    properties: {
      ...rest,
      rule: { ...rule, anyOf: constants(namesMade('rule', subjects)) },
      plugin: { ...plugin, anyOf: constants(names) },
    },
  }
}

function argumentShapes(plugin: Sheet): Readonly<Record<string, Schema>> {
  const params = paramsOf(plugin).map((one) => [one.name, { ...paramSchema(one), description: one.summary }] as const)
  const lists = [...listsOf(plugin)].map(([name, kind]) => [name, { 'x-list': kind }] as const)
  return {
    params: { type: 'object', properties: Object.fromEntries(params), description: 'Parameters of the plugin' },
    lists: { type: 'object', properties: Object.fromEntries(lists), description: 'Lists of the plugin' },
  }
}

function constants(names: readonly string[]): readonly Schema[] {
  return [...names.map((name) => ({ const: name })), { type: 'string' }]
}
