/** The effective configuration as rows of a table: a name, what it is, and where that comes from. */
import type {
  EffectiveList,
  EffectiveParam,
  EffectivePlugin,
  EffectivePolicies,
  EffectiveRule,
  EffectiveScope,
  EffectiveSetting,
  Sourced,
} from '../../compiler/effective/report.ts'
import { yamlFlow } from '../../language/yaml/text.ts'
import { counted } from '../counts.ts'

export type Row = readonly [name: string, value: string, origin: string]

export function settingRow({ name, ...sourced }: EffectiveSetting): Row {
  return sourcedRow(name, sourced)
}

export function policyRows({ settings, skippable, split_by: keys }: EffectivePolicies): readonly Row[] {
  return [
    ...settings.map(({ name, type, at }): Row => [`policy.${name}`, `a ${type}`, at]),
    ...(skippable.length > 0 ? [plainRow('may skip', skippable.join(', '))] : []),
    ...(keys.length > 0 ? [plainRow('told apart by', keys.join(', '))] : []),
  ]
}

export function pluginRows({ entry, parameters, lists }: EffectivePlugin): readonly Row[] {
  return [...scopeRows(entry), ...parameters.map((one) => paramRow(one.name, one)), ...lists.map(listRow)]
}

/** Without what its plugin's entry says, and without its parameters. */
export function ruleRows({ says, code, reply, mode, ...rest }: EffectiveRule): readonly Row[] {
  const { on_unknown: unknown, per_recipient: each, lists } = rest
  return [
    ...(code ? [plainRow('code', 'a handler in TypeScript')] : []),
    ...Object.entries(says).map(([name, value]) => plainRow(name, yamlFlow(value))),
    ...(reply === undefined ? [] : [plainRow('reply', reply)]),
    ...(mode === 'monitor' ? [plainRow('mode', 'monitor')] : []),
    ...(unknown === 'skip' || 'on_unknown' in says ? [] : [plainRow('on_unknown', unknown)]),
    ...(each ? [plainRow('asked', 'once for each part of the recipients')] : []),
    ...lists.map(listRow),
  ]
}

export function entryRows(entry: EffectiveScope): readonly Row[] {
  return scopeRows(entry).map(([name, value, origin]) => [`entry ${name}`, value, origin])
}

export function filledRows(parameters: readonly EffectiveParam[]): readonly Row[] {
  return parameters.map((one) => paramRow(`\${${one.name}}`, one))
}

function scopeRows({ match, unless, mode, until, sample, skippable }: EffectiveScope): readonly Row[] {
  const row = (name: string, one: Sourced | undefined): readonly Row[] => (one ? [sourcedRow(name, one)] : [])
  return [
    ...row('match', match),
    ...row('unless', unless),
    ...(mode ? [plainRow('mode', mode)] : []),
    ...row('until', until),
    ...row('sample', sample),
    ...(skippable === undefined ? [] : [['skippable', 'true', skippable] as const]),
  ]
}

function paramRow(name: string, { value, from, at }: EffectiveParam): Row {
  return from === undefined ? plainRow(name, '(not given)') : [name, yamlFlow(value), originOf(from, at)]
}

function listRow({ name, kind, entries, where, from, at }: EffectiveList): Row {
  const size = entries === undefined ? 'asked by key' : `${counted(entries)} ${entries === 1 ? 'entry' : 'entries'}`
  const place = entries !== undefined && where === at ? 'in place' : where
  return [`list ${name}`, `of ${kind}, ${size}, ${place}`, from === undefined ? '' : originOf(from, at)]
}

function sourcedRow(name: string, { value, from, at }: Sourced): Row {
  return [name, yamlFlow(value), originOf(from, at)]
}

function plainRow(name: string, value: string): Row {
  return [name, value, '']
}

function originOf(from: Sourced['from'], at: string | undefined): string {
  if (from === 'given') return at ?? ''
  return at === undefined ? 'default' : `default, ${at}`
}
