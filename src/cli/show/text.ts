/** The effective configuration for people: what is in force, and behind each value where it comes from. */
import type {
  EffectiveHook,
  EffectivePlugin,
  EffectiveRule,
  EffectiveSite,
  SwitchedOff,
} from '../../compiler/effective/report.ts'
import { visible } from '../../language/render/display.ts'
import { yamlFlow } from '../../language/yaml/text.ts'
import { painter } from '../terminal.ts'
import { entryRows, filledRows, pluginRows, policyRows, type Row, ruleRows, settingRow } from './rows.ts'

export interface ShowOptions {
  readonly color: boolean
  /** One rule: with what it is for, and the parameters that were put in place. */
  readonly detail: boolean
}

interface Style extends ShowOptions {
  readonly paint: ReturnType<typeof painter>
}

export function renderShown(site: EffectiveSite, options: ShowOptions): string {
  const style = { ...options, paint: painter(options.color) }
  const { settings = [], policies, plugins, hooks, hostname, revision } = site
  return [
    style.paint('bold', visible(`${site.site}  ${hostname}, rules ${revision}`)),
    ...section('settings', rowLines(settings.map(settingRow), '  ', style), style),
    ...section('policies of recipients', rowLines(policies ? policyRows(policies) : [], '  ', style), style),
    ...section('plugins', options.detail ? [] : plugins.flatMap((one) => pluginLines(one, style)), style),
    ...hooks.flatMap((one) => section(`hook ${one.hook}`, hookLines(one, style), style)),
  ].join('\n')
}

function section(title: string, lines: readonly string[], { paint }: Style): readonly string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines]
}

function pluginLines(plugin: EffectivePlugin, style: Style): readonly string[] {
  const { name, at, file } = plugin
  return [headLine(name, `${at}, from ${file}`, style), ...rowLines(pluginRows(plugin), '    ', style)]
}

function hookLines({ rules, off, undecided }: EffectiveHook, style: Style): readonly string[] {
  const { detail, paint } = style
  return [
    ...rules.flatMap((rule) => ruleLines(rule, style)),
    ...off.flatMap((rule) => offLines(rule, style)),
    ...(detail ? [] : [paint('dim', `  nobody answers: ${visible(undecided)}`)]),
  ]
}

function ruleLines(rule: EffectiveRule, style: Style): readonly string[] {
  const { plugin, rule: id, at, summary, entry, parameters } = rule
  const rows = [...entryRows(entry), ...ruleRows(rule), ...(style.detail ? filledRows(parameters) : [])]
  return [
    headLine(`${plugin}/${id}`, at, style),
    ...(style.detail && summary !== undefined ? [`    ${visible(summary)}`] : []),
    ...rowLines(rows, '    ', style),
  ]
}

function offLines({ plugin, rule, at, enabled, parameters }: SwitchedOff, style: Style): readonly string[] {
  const head = `  ${visible(`${plugin}/${rule}`)}  ${visible(at)}  switched off: enabled ${visible(yamlFlow(enabled))}`
  return [style.paint('dim', head), ...(style.detail ? rowLines(filledRows(parameters), '    ', style) : [])]
}

function headLine(name: string, about: string, { paint }: Style): string {
  return `  ${paint('bold', visible(name))}  ${paint('dim', visible(about))}`
}

const WIDEST_NAME = 30

function rowLines(rows: readonly Row[], indent: string, { paint }: Style): readonly string[] {
  const width = Math.min(WIDEST_NAME, Math.max(0, ...rows.map(([name]) => name.length)))
  return rows.map(([name, value, origin]) => {
    const place = origin === '' ? '' : `  ${paint('dim', visible(origin))}`
    return `${indent}${visible(name).padEnd(width)}  ${visible(value)}${place}`
  })
}
