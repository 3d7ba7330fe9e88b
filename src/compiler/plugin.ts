/** Plugins: a checked plugin file with its parameters in place becomes a chain for each hook. */
import type { Hook } from '../core/hook.ts'
import type { Chain, Mode, Rule } from '../core/program.ts'
import type { Vocabulary } from '../core/word.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import { type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import type { HookChain, PluginFile } from '../language/files/plugin-file.ts'
import { RULE_SCHEMA } from '../language/files/rule-schema.ts'
import { checkSchema } from '../language/schema/check.ts'
import type { TrialNodes } from '../language/trial.ts'
import { all, compileCondition, inverted } from './rules/condition.ts'
import { isEnabled } from './enabled.ts'
import type { ListRegistry } from './lists/list-registry.ts'
import { NAUGHTY_NOTES, naughtyMode, remembering } from './rules/naughty.ts'
import type { NoteBook, NoteType } from './rules/note-book.ts'
import type { OwnBook } from './lists/own-book.ts'
import type { BoundParams } from './params.ts'
import type { QuestionBook } from './question-book.ts'
import type { SettingBook } from './policies/setting-book.ts'
import { skipTest } from './policies/skip.ts'
import type { SplitBook } from './policies/split-book.ts'
import { compileRule, type EntryScope } from './rules/rule.ts'
import type { Scope } from './rules/scope.ts'
import { hasLeftOvers, substitute } from './substitute.ts'
import { compileTrial } from './rules/trial.ts'

/** A plugin as the site's entry loads it, whatever it is written in. */
export interface EntryUse {
  /** Instance name: `dnsbl:1`. */
  readonly name: string
  readonly lists: ListRegistry
  readonly match: YamlNode | undefined
  readonly unless: YamlNode | undefined
  readonly mode: Mode | undefined
  readonly trial?: TrialNodes | undefined
  /** Where its entry says `mode: monitor`. */
  readonly monitored?: Span | undefined
  readonly skippable?: Span | undefined
}

export interface PluginUse extends EntryUse {
  readonly file: PluginFile
  readonly params: BoundParams
}

/** What all plugins of a site share. */
export interface SiteScope {
  readonly report: Report
  /** Names of files are relative to it. */
  readonly directory: string
  readonly vocabulary: Vocabulary
  readonly notes: NoteBook
  readonly settings: SettingBook
  readonly split: SplitBook
  readonly own: OwnBook
  readonly questions: QuestionBook
  readonly hostname: string
  /** As 2026-11-20; undefined where nobody asks what has passed. */
  readonly today: string | undefined
  /** Names of the words that rules ask. */
  readonly asked: Set<string>
  /** Where rules ask for `mode: naughty`. */
  readonly naughty: Span[]
}

/** A rule of the plugin that is switched on, parameters in place. */
interface LiveRule {
  readonly id: string
  readonly node: MapNode
}

export interface LiveChain {
  readonly hook: Hook
  readonly rules: readonly LiveRule[]
}

/** First pass: parameters put in place, shapes checked, notes entered in the book. */
export function prepare(use: PluginUse, site: SiteScope): readonly LiveChain[] {
  site.notes.declare(use.file.notes)
  site.settings.declare(use.file.settings, site.report)
  return use.file.chains.map((chain) => prepareChain(chain, use, site))
}

function prepareChain(chain: HookChain, use: PluginUse, site: SiteScope): LiveChain {
  const rules = chain.rules.flatMap((rule) => prepareRule(rule, chain.hook, use, site))
  checkNames(rules, chain.hook, site.report)
  return { hook: chain.hook, rules }
}

function prepareRule(rule: YamlNode, hook: Hook, use: PluginUse, site: SiteScope): readonly LiveRule[] {
  if (rule.kind === 'map' && !isEnabled(valueOf(rule, 'enabled'), use.params, site.report)) return []
  const node = substitute(rule, use.params)
  if (!node) return []
  const id = node.kind === 'map' ? textOf(valueOf(node, 'id')) : undefined
  const valid = checkSchema(node, RULE_SCHEMA, site.report, {
    what: 'a rule',
    hook,
    ...(id !== undefined && { rule: id }),
    definitions: { match: {} },
  })
  if (!valid || node.kind !== 'map' || id === undefined) return []
  enterNotes(node, id, hook, use, site.notes)
  if (GRANTING.includes(hook) && grants(node, 'immune')) site.split.grantImmunity()
  const whose = { plugin: use.file.name, hook, params: use.params, words: site.vocabulary.matchers }
  return hasLeftOvers(node, whose, site.report) ? [] : [{ id, node: remembered(node, use.name, site) }]
}

function remembered(node: MapNode, plugin: string, site: SiteScope): MapNode {
  const asked = naughtyMode(node)
  if (!asked) return node
  site.naughty.push(asked)
  site.notes.declare(NAUGHTY_NOTES)
  return remembering(node, plugin)
}

/** Where what a rule grants is one recipient's. */
const GRANTING: readonly Hook[] = ['user_config', 'rcpt']

function grants(rule: MapNode, flag: string): boolean {
  const set = valueOf(rule, 'set')
  return set?.kind === 'map' && valueOf(set, flag) !== undefined
}

function checkNames(rules: readonly LiveRule[], hook: Hook, report: Report): void {
  const seen = new Map<string, LiveRule>()
  for (const rule of rules) {
    const first = seen.get(rule.id)
    const at = valueOf(rule.node, 'id')?.at ?? rule.node.at
    if (first) {
      report.add({
        code: 'CFG109',
        at,
        hook,
        rule: rule.id,
        message: `a second rule \`${rule.id}\` in hook \`${hook}\``,
        labels: [{ ...(valueOf(first.node, 'id')?.at ?? first.node.at), text: 'first used here' }],
        help: 'give each rule of a chain its own id',
      })
    } else seen.set(rule.id, rule)
  }
}

function enterNotes(node: MapNode, rule: string, hook: Hook, use: PluginUse, notes: NoteBook): void {
  for (const key of ['set', 'add']) {
    const changes = valueOf(node, key)
    if (changes?.kind !== 'map') continue
    for (const entry of changes.entries) {
      if (!entry.key.value.startsWith('note.')) continue
      notes.write(entry.key.value.slice('note.'.length), {
        plugin: use.file.name,
        instance: use.name,
        hook,
        rule,
        at: entry.key.at,
        type: noteType(entry.value),
      })
    }
  }
}

function noteType(node: YamlNode): NoteType {
  const type = node.kind === 'scalar' ? typeof node.value : 'string'
  return type === 'number' || type === 'boolean' ? type : 'text'
}

/** Second pass: rules compiled, once every plugin's notes are known. */
export function compileChain(live: LiveChain, use: PluginUse, site: SiteScope): Chain {
  const entry = compileEntry(live.hook, use, site)
  const rules = live.rules.map(({ id, node }): Rule => compileRule(node, id, scopeOf(live.hook, id, use, site), entry))
  const perRecipient = site.split.isRead({ hook: live.hook, plugin: use.name })
  return { plugin: use.name, scope: entry.scope, rules, ...(perRecipient && { perRecipient }) }
}

function scopeOf(hook: Hook, rule: string | undefined, use: EntryUse, site: SiteScope): Scope {
  return { ...site, plugin: use.name, hook, rule, lists: use.lists, finds: new Set(), words: { onUnknown: 'skip' } }
}

export function compileEntry(hook: Hook, use: EntryUse, site: SiteScope): EntryScope {
  const scope = scopeOf(hook, undefined, use, site)
  const unless = use.unless && compileCondition(use.unless, scope, 'unless')
  const exempt = use.skippable ? skipTest(use.skippable, unless, scope) : unless
  const match = use.match && compileCondition(use.match, scope, 'match')
  const tests = [exempt && inverted(exempt), match].filter((test) => test !== undefined)
  return {
    scope: tests.length > 0 ? all(tests) : undefined,
    exempt,
    mode: use.mode,
    trial: compileTrial(use.trial ?? {}, scope),
    onUnknown: scope.words.onUnknown,
  }
}
