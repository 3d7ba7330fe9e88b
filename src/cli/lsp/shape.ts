/** The schema of a whole file as it holds at one place of it: with the names that are known there, in that hook. */
import type { FactType } from '../../core/fact.ts'
import { type Hook, HOOK_TABLE, HOOKS, isHook } from '../../core/hook.ts'
import type { ListKind } from '../../core/list.ts'
import type { Schema } from '../../core/schema.ts'
import { isBelow, scalarAt } from '../../language/yaml/cursor.ts'
import type { FileKind } from '../../language/files/file-kind.ts'
import type { Path } from '../../language/yaml/loose-yaml.ts'
import { PLUGIN_SCHEMA } from '../../language/files/plugin-schema.ts'
import { policySchema } from '../../language/files/policy-file.ts'
import type { Definitions } from '../../language/schema/kind.ts'
import { SUITE_SCHEMA, TEST_SCHEMA } from '../../language/files/session-schema.ts'
import { RULESET_SCHEMA, SITE_SCHEMA } from '../../language/files/site-file.ts'
import { conditionShape } from './condition-shape.ts'
import { listsOf, noteTypesOf, settingTypesOf } from './declared.ts'
import { constantsOf, entriesShape, pluginNames, skippableIn } from './entry-shape.ts'
import type { Sheet } from './mention.ts'
import { type AroundRule, ruleShape } from './rule-shape.ts'
import { knownSheets, sheetOfUse, sitesOf, type SiteModel } from './site-model.ts'
import { testShape } from './test-shape.ts'

export interface Shape {
  readonly schema: Schema
  readonly definitions: Definitions
  readonly around: AroundRule
}

/** `before` is the offset up to which words of the rule count as asked. */
export function shapeAt(sheet: Sheet, path: Path, before: number, model: SiteModel): Shape {
  const around = aroundOf(sheet, path, before, model)
  const test = testShape(TEST_SCHEMA, sheet, model)
  const definitions: Definitions = { match: conditionShape(around), test, rule: ruleShape(around) }
  return { schema: sheet.kind ? SHAPES[sheet.kind](sheet, path, model) : BEGINNINGS, definitions, around }
}

/** A file that has no kind yet: the keys that would give it one. */
const BEGINNINGS: Schema = {
  type: 'object',
  properties: {
    plugin: PLUGIN_SCHEMA.properties.plugin,
    ruleset: RULESET_SCHEMA.properties.ruleset,
    suite: SUITE_SCHEMA.properties.suite,
    hostname: SITE_SCHEMA.properties.hostname,
    plugins: SITE_SCHEMA.properties.plugins,
  },
}

type MakeShape = (sheet: Sheet, path: Path, model: SiteModel) => Schema

const SHAPES: Readonly<Record<FileKind, MakeShape>> = {
  plugin: () => PLUGIN_SHAPE,
  site: (sheet, path, model) => withEntries(SITE_SCHEMA, entriesShape(sheet, path, model)),
  ruleset: (sheet, path, model) => withEntries(RULESET_SCHEMA, entriesShape(sheet, path, model)),
  suite: (sheet, _, model) => suiteShape(sheet, model),
  policy: (_, __, model) => policyShape(model),
}

const CHAIN: Schema = { type: 'array', items: { $ref: '#/definitions/rule' } }

const PLUGIN_SHAPE: Schema = {
  ...PLUGIN_SCHEMA,
  properties: {
    ...PLUGIN_SCHEMA.properties,
    hooks: {
      type: 'object',
      description: PLUGIN_SCHEMA.properties.hooks.description,
      properties: Object.fromEntries(
        HOOKS.map((hook) => [hook, { ...CHAIN, description: HOOK_TABLE[hook].summary }] as const),
      ),
      additionalProperties: CHAIN,
    },
  },
}

function suiteShape(sheet: Sheet, model: SiteModel): Schema {
  const test = testShape(TEST_SCHEMA, sheet, model)
  const plugin: Schema = { ...SUITE_SCHEMA.properties.plugin, anyOf: constantsOf(pluginNames(sheet, model)) }
  return { ...SUITE_SCHEMA, properties: { ...SUITE_SCHEMA.properties, plugin, tests: { type: 'array', items: test } } }
}

function policyShape(model: SiteModel): Schema {
  const settings = Object.fromEntries(
    knownSheets(model).flatMap((sheet) =>
      [...settingTypesOf(sheet)].map(([name, type]) => [name, typed(type)] as const),
    ),
  )
  const skippable = sitesOf(model).flatMap((site) => skippableIn(site, model))
  return policySchema(
    { type: 'object', description: 'Values of settings that plugins or the site declare', properties: settings },
    { anyOf: [...new Set(skippable)].map((name) => ({ const: name })) },
  )
}

function typed(type: FactType): Schema {
  return { type: type === 'number' || type === 'boolean' ? type : 'string' }
}

function withEntries(schema: Schema, entries: Schema): Schema {
  const plugins = { ...schema.properties?.['plugins'], items: entries }
  return { ...schema, properties: { ...schema.properties, plugins } }
}

function aroundOf(sheet: Sheet, path: Path, before: number, model: SiteModel): AroundRule {
  const known = knownSheets(model)
  const { matchers: words, deliveries } = model.vocabulary
  return {
    hooks: hooksAt(sheet, path, model),
    words,
    deliveries,
    asked: askedIn(sheet, path, before),
    lists: new Map<string, ListKind>([['local_domains', 'domain'], ...listsOf(sheet)]),
    notes: new Map([...known, sheet].flatMap((one) => [...noteTypesOf(one)])),
    settings: new Map(known.flatMap((one) => [...settingTypesOf(one)])),
  }
}

/** `helo, ehlo` is a chain for both; the condition of an entry is asked in all hooks of its plugin. */
function hooksAt(sheet: Sheet, path: Path, model: SiteModel): readonly Hook[] {
  if (path[0] === 'hooks') return hooksIn(String(path[1] ?? ''))
  if (path[0] !== 'plugins') return []
  const use = scalarAt(sheet.marks, [...path.slice(0, 2), 'use'])?.text ?? ''
  const plugin = sheetOfUse(use, sheet.file, model)
  const keys = plugin?.marks.filter((mark) => mark.role === 'key' && mark.path.join('/') === 'hooks') ?? []
  return keys.flatMap(({ text }) => hooksIn(text))
}

function hooksIn(key: string): readonly Hook[] {
  return key
    .split(',')
    .map((name) => name.trim())
    .filter(isHook)
}

function askedIn({ marks }: Sheet, path: Path, before: number): ReadonlySet<string> {
  const rule = path.slice(0, 3)
  const keys = marks.filter(({ role, from, path: at }) => role === 'key' && from < before && isBelow(at, rule))
  return new Set(keys.map(({ text }) => text))
}
