/** The effective configuration of a site: see `report.ts`. Nothing is read or asked for it but what compiling has read. */
import { HOOKS, type Hook } from '../../core/hook.ts'
import { replyRow } from '../../core/reply-table.ts'
import type { Site } from '../../core/site.ts'
import type { MapNode } from '../../language/node.ts'
import { SITE_SCHEMA } from '../../language/files/site-file.ts'
import type { Outline } from '../analysis/outline.ts'
import type { PolicyRules } from '../policies/read-policy.ts'
import { type Places, placesAs } from './places.ts'
import { pluginIn, type PluginView, viewsOf } from './plugins.ts'
import type { EffectiveHook, EffectivePolicies, EffectiveSite } from './report.ts'
import { effectiveRule, rulesInOrder, switchedOff } from './rules.ts'
import { settingsIn } from './settings.ts'

export interface Showable {
  readonly path: string
  readonly root: MapNode
  readonly site: Site
  readonly outline: Outline
  readonly policies: PolicyRules
}

export function effectiveSite(given: Showable, shown: (path: string) => string): EffectiveSite {
  const { path, root, site, outline } = given
  const places = placesAs(shown)
  const views = viewsOf(outline, root, places)
  return {
    version: 1,
    site: shown(path),
    hostname: site.hostname,
    revision: site.program.revision,
    settings: settingsIn(root, SITE_SCHEMA, places),
    policies: policiesIn(given, places),
    plugins: views.map((view) => pluginIn(view, places)),
    hooks: HOOKS.map((hook) => hookIn(hook, outline, views, places)).filter(
      ({ rules, off }) => rules.length + off.length > 0,
    ),
  }
}

function hookIn(hook: Hook, outline: Outline, views: readonly PluginView[], places: Places): EffectiveHook {
  const byPlugin = new Map(views.map((view) => [view.plugin, view]))
  const rules = rulesInOrder(outline, hook).flatMap((one) => {
    const view = byPlugin.get(one.plugin)
    return view ? [effectiveRule(one, view, places)] : []
  })
  return { hook, rules, off: switchedOff(hook, views, places), undecided: undecidedAt(hook) }
}

function undecidedAt(hook: Hook): string {
  const { meaning, reply } = replyRow(hook, 'DECLINED')
  if (meaning !== 'refuse') return 'the session goes on'
  return [reply?.code, reply?.status, reply?.text].filter((one) => one !== undefined).join(' ')
}

function policiesIn({ policies, site }: Showable, places: Places): EffectivePolicies {
  const { settings, skippable } = policies
  return {
    settings: settings.names.flatMap((name) => {
      const declared = settings.get(name)
      return declared ? [{ name, type: declared.type, at: places.of(declared.at) }] : []
    }),
    skippable,
    split_by: (site.program.split?.keys ?? []).map(({ name }) => name),
  }
}

/** Of one hook only, with the plugins that have rules there. */
export function atHook(whole: EffectiveSite, hook: Hook): EffectiveSite {
  return narrowed(
    whole,
    whole.hooks.filter((one) => one.hook === hook),
  )
}

/** `name` is a rule, or `plugin/rule`: those of that name, wherever they are asked or switched off. */
export function withRule(whole: EffectiveSite, name: string): EffectiveSite {
  const isMeant = ({ plugin, rule }: { readonly plugin: string; readonly rule: string }): boolean =>
    name === rule || name === `${plugin}/${rule}`
  const hooks = whole.hooks.map((hook) => ({
    ...hook,
    rules: hook.rules.filter(isMeant),
    off: hook.off.filter(isMeant),
  }))
  return narrowed(
    whole,
    hooks.filter(({ rules, off }) => rules.length + off.length > 0),
  )
}

function narrowed(
  { settings: _settings, policies: _policies, ...rest }: EffectiveSite,
  hooks: readonly EffectiveHook[],
): EffectiveSite {
  const named = new Set(hooks.flatMap(({ rules, off }) => [...rules, ...off].map(({ plugin }) => plugin)))
  return { ...rest, plugins: rest.plugins.filter(({ name }) => named.has(name)), hooks }
}

/** `plugin/rule` of all, each once. */
export function ruleNamesIn({ hooks }: EffectiveSite): readonly string[] {
  return [
    ...new Set(hooks.flatMap(({ rules, off }) => [...rules, ...off].map(({ plugin, rule }) => `${plugin}/${rule}`))),
  ]
}
