/** The effective configuration as Markdown, for a wiki or a review. What files say stays text in it. */
import type { EffectiveHook, EffectiveRule, EffectiveSite } from '../../compiler/effective/report.ts'
import { yamlFlow } from '../../language/yaml/text.ts'
import { table, text } from '../formats/markdown-table.ts'
import { entryRows, filledRows, pluginRows, policyRows, type Row, ruleRows, settingRow } from './rows.ts'

const HEAD = ['name', 'value', 'from']

export function renderShownMarkdown(site: EffectiveSite): string {
  const { settings = [], policies, plugins, hooks, hostname, revision } = site
  return [
    `# ${text(site.site)}`,
    '',
    text(`${hostname}, rules ${revision}`),
    ...section('## Settings', settings.map(settingRow)),
    ...section('## Policies of recipients', policies ? policyRows(policies) : []),
    ...(plugins.length > 0 ? ['', '## Plugins'] : []),
    ...plugins.flatMap((plugin) => [
      '',
      `### ${text(plugin.name)}`,
      '',
      text(`${plugin.at}, from ${plugin.file}`),
      ...table(HEAD, pluginRows(plugin).map(cells)),
    ]),
    ...hooks.flatMap(hookLines),
  ].join('\n')
}

function section(title: string, rows: readonly Row[]): readonly string[] {
  return rows.length === 0 ? [] : ['', title, ...table(HEAD, rows.map(cells))]
}

function hookLines({ hook, rules, off, undecided }: EffectiveHook): readonly string[] {
  return [
    '',
    `## Hook ${hook}`,
    ...rules.flatMap(ruleLines),
    ...off.flatMap((one) => [
      '',
      text(`${one.plugin}/${one.rule} is switched off (${one.at}): enabled ${yamlFlow(one.enabled)}`),
    ]),
    '',
    text(`Nobody answers: ${undecided}`),
  ]
}

function ruleLines(rule: EffectiveRule): readonly string[] {
  const { plugin, rule: id, at, summary, entry, parameters } = rule
  const rows = [...entryRows(entry), ...ruleRows(rule), ...filledRows(parameters)]
  return [
    '',
    `### ${text(`${plugin}/${id}`)}`,
    '',
    text(summary === undefined ? at : `${summary} (${at})`),
    ...table(HEAD, rows.map(cells)),
  ]
}

function cells([name, value, origin]: Row): readonly string[] {
  return [name, value, origin]
}
