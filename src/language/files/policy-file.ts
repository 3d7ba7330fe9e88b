/**
 * The shape of a policy file, and of the settings that plugins and sites declare for it.
 *
 * A policy is written by whoever owns a mailbox: values of declared settings, entries of lists, names of plugins. There is
 * nothing in it that could let others relay, and no pattern.
 */
import type { Schema } from '../../core/schema.ts'
import { POLICY_UNKNOWN, type PolicyList, SETTING_TYPES, type SettingType } from '../../core/policy.ts'
import { ON_SPLIT } from '../../core/program.ts'
import { Report, type Span } from '../diagnostic.ts'
import { entriesOf, type MapEntry, type MapNode, textOf, valueOf, type YamlNode } from '../node.ts'
import { checkSchema } from '../schema/check.ts'
import { SOURCE_OPTIONS } from './source-schema.ts'

/** Letters, digits and `_`: what `policy.KEY` can name. */
const SETTING_NAME = '^[a-z][a-z0-9_]*$'

/** As plugins (`settings`) and sites (`recipients.settings`) declare them, by name. */
export const SETTINGS_SCHEMA = {
  type: 'object',
  propertyNames: { type: 'string', pattern: SETTING_NAME, examples: ['reject_at'] },
  additionalProperties: {
    type: 'object',
    properties: {
      type: { type: 'string', enum: SETTING_TYPES, default: 'text', description: 'Type of the value' },
      values: { type: 'array', items: { type: 'string' }, minItems: 1, description: 'The texts allowed' },
      minimum: { type: 'number', description: 'The smallest number allowed' },
      maximum: { type: 'number', description: 'The greatest number allowed' },
      summary: { type: 'string', description: 'What it is for' },
    },
  },
  description: 'Settings that policies of recipients may have; rules read them as policy.NAME',
} as const satisfies Schema

/** `recipients` of a site file. */
export const RECIPIENTS_SCHEMA = {
  type: 'object',
  minProperties: 1,
  properties: {
    directory: { type: 'string', minLength: 1, description: 'Directory of the policy files of recipients' },
    source: {
      type: 'string',
      description: 'URL of the policies instead, such as `sqlite:policies.db#table=policies&key=who&value=policy`',
    },
    with: SOURCE_OPTIONS,
    default: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9_-]*$',
      examples: ['standard'],
      description: 'Policy of recipients without one of their own, and of those whose policy does not load',
    },
    settings: SETTINGS_SCHEMA,
    on_unknown: {
      type: 'string',
      enum: Object.keys(POLICY_UNKNOWN),
      default: 'defer',
      description: 'What becomes of recipients while the source of their policies is away',
    },
    on_split: {
      type: 'string',
      enum: Object.keys(ON_SPLIT),
      default: 'defer_different',
      description: 'What happens when rules after DATA treat recipients of one message differently',
    },
    refresh: {
      type: 'string',
      format: 'duration',
      default: '5s',
      description: 'Time after which a policy is looked up anew',
    },
  },
  description: 'What recipients may say about their own mail',
} as const satisfies Schema

export interface SettingDeclaration {
  readonly name: string
  readonly at: Span
  readonly type: SettingType
  /** What a value must be. */
  readonly value: Schema
}

/** The same from a node that may have faults: only those without. */
export function soundSettings(owner: MapNode): {
  readonly settings: readonly SettingDeclaration[]
  readonly areAll: boolean
} {
  const node = valueOf(owner, 'settings')
  const entries = entriesOf(node)
  const sound = entries.filter(({ key, value }) => isSound({ kind: 'map', at: key.at, entries: [{ key, value }] }))
  const areAll = sound.length === entries.length && (node === undefined || node.kind === 'map')
  return { settings: readEntries(sound), areAll }
}

function isSound(settings: YamlNode): boolean {
  return checkSchema(settings, SETTINGS_SCHEMA, new Report(), { what: 'settings' })
}

/** From a node that has passed SETTINGS_SCHEMA. */
export function readSettings(owner: MapNode | undefined): readonly SettingDeclaration[] {
  return readEntries(entriesOf(owner && valueOf(owner, 'settings')))
}

function readEntries(entries: readonly MapEntry[]): readonly SettingDeclaration[] {
  return entries.flatMap(({ key, value }) => (value.kind === 'map' ? [readSetting(key.value, key.at, value)] : []))
}

const SCHEMA_TYPES = { number: 'number', boolean: 'boolean', text: 'string' } as const

function readSetting(name: string, at: Span, node: MapNode): SettingDeclaration {
  const type = SETTING_TYPES.find((one) => one === textOf(valueOf(node, 'type'))) ?? 'text'
  const values = valueOf(node, 'values')
  const [minimum, maximum] = [numberIn(node, 'minimum'), numberIn(node, 'maximum')]
  const description = textOf(valueOf(node, 'summary'))
  return {
    name,
    at,
    type,
    value: {
      type: SCHEMA_TYPES[type],
      ...(values?.kind === 'seq' && { enum: values.items.flatMap((item) => textOf(item) ?? []) }),
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(description !== undefined && { description }),
    },
  }
}

function numberIn(node: MapNode, key: string): number | undefined {
  const value = valueOf(node, key)
  return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
}

const LIST_SUMMARIES: Readonly<Record<PolicyList, string>> = {
  allow: 'Senders and clients whose mail the owner wants',
  block: 'Senders and clients whose mail the owner does not want',
}

function listSchema(list: PolicyList): Schema {
  return {
    type: 'array',
    items: { type: 'string' },
    description: `${LIST_SUMMARIES[list]}: user@host, host, .host, an IP address or a network`,
  }
}

/** Settings as declared, and the plugins of a site that may be skipped. */
export function policySchema(settings: Schema, plugin: Schema): Schema {
  return {
    type: 'object',
    properties: {
      summary: { type: 'string', description: 'Whose policy it is, and why' },
      settings,
      allow: listSchema('allow'),
      block: listSchema('block'),
      skip: { type: 'array', items: plugin, description: 'Plugins the owner does without; the site says which may be' },
    },
  }
}

/** Of a setting whose declaration is not known. */
export const ANY_VALUE: Schema = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] }

/** For editors, who do not know the site. */
export const POLICY_SCHEMA: Schema = policySchema(
  {
    type: 'object',
    additionalProperties: ANY_VALUE,
    description: 'Values of settings that plugins or the site declare',
  },
  { type: 'string' },
)
