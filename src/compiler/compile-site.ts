/**
 * Compiles a site: entries resolved, parameters bound, lists indexed, rules compiled, notes checked, one program.
 *
 * Everything that is wrong is reported, not only the first thing; a program comes out only when nothing is.
 */
import { createHash } from 'node:crypto'
import { HOOK_TABLE, type Hook, isKnownAt } from '../core/hook.ts'
import { defaultLimits, LIMITS } from '../core/limits.ts'
import type { Chain, OnSplit, Program } from '../core/program.ts'
import type { Vocabulary } from '../core/word.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import type { YamlNode } from '../language/node.ts'
import type { PluginFile } from '../language/files/plugin-file.ts'
import type { SettingDeclaration } from '../language/files/policy-file.ts'
import type { PluginEntry } from '../language/files/site-file.ts'
import { type Outline, outlinePlugin } from './analysis/outline.ts'
import type { CodePlugin } from './code-plugin.ts'
import { ListRegistry, type NamedList } from './lists/list-registry.ts'
import { codeChain, type CodeEnvironment, type Codes, joinWords, setUpCode } from './load-code.ts'
import { checkSpeaker } from './rules/naughty.ts'
import { NoteBook } from './rules/note-book.ts'
import type { PlaceOptions } from './settings/log-settings.ts'
import { OwnBook } from './lists/own-book.ts'
import { compileChain, type LiveChain, type PluginUse, prepare, type SiteScope } from './plugin.ts'
import type { PolicyRules } from './policies/read-policy.ts'
import { QuestionBook } from './question-book.ts'
import { SettingBook } from './policies/setting-book.ts'
import { SplitBook } from './policies/split-book.ts'
import { type ListPlace, readSiteList } from './lists/plugin-lists.ts'
import { placesOf } from './plugin-log.ts'
import { checkNames, type NamedPlugin } from './plugin-names.ts'
import { useOf } from './plugin-use.ts'
import type { LoadEnvironment } from './load-environment.ts'
import { type ResolvedEntry, resolveEntries } from './resolve-entries.ts'

/** What a site says about its recipients. */
export interface RecipientSpec {
  readonly settings: readonly SettingDeclaration[]
  /** None of them was left out for a fault. */
  readonly areAll: boolean
  /** Undefined where it says nothing about them. */
  readonly onSplit: OnSplit | undefined
  /** Where it says so. */
  readonly at: Span
  readonly limits: PolicyRules['limits']
}

export interface SiteSpec {
  readonly hostname: string
  readonly entries: readonly PluginEntry[]
  readonly localDomains: YamlNode | undefined
  readonly place: ListPlace
  readonly recipients?: RecipientSpec
  /** For each TypeScript plugin, in milliseconds; the default one if absent. */
  readonly loadDeadline?: number
}

export interface CompileEnvironment extends CodeEnvironment {
  readonly vocabulary: Vocabulary
}

export interface CompiledPlugin {
  readonly name: string
  readonly path: string
  /** Absent for a TypeScript plugin. */
  readonly file: PluginFile | undefined
  readonly rules: readonly { readonly hook: Hook; readonly id: string; readonly at: string }[]
}

export interface CompiledSite {
  /** Undefined when something is wrong; the report says what. */
  readonly program: Program | undefined
  readonly plugins: readonly CompiledPlugin[]
  /** Places of the log that plugins bring; undefined where none brings any. */
  readonly log: readonly PlaceOptions[] | undefined
  /** What policies may say to these plugins. */
  readonly policies: PolicyRules
  readonly outline: Outline
}

export async function compileSite(spec: SiteSpec, given: CompileEnvironment): Promise<CompiledSite> {
  const environment = { ...given, lists: new Map<string, string>(), outside: new Map() }
  const before = environment.report.errors
  const resolved = await resolveEntries(spec.entries, { ...spec.place, opened: [] }, environment)
  const codes = await setUpCode(resolved, spec.loadDeadline ?? LIMITS.load_deadline.default, environment)
  const site = siteScope(spec, environment, codes)
  const shared = await sharedLists(spec, environment)
  const uses = await Promise.all(resolved.map((entry) => useOf(entry, { ...spec, shared }, environment)))
  if (environment.report.errors > before) site.settings.doubt()
  const prepared = uses.map((use) => use && { use, live: prepare(use, site) })
  const chains = resolved.map((entry, index) => chainsOf(entry, prepared[index], codes.get(entry), { site, shared }))
  const order = uses.flatMap((use) => use?.name ?? [])
  site.notes.check(environment.report, { hasCode: codes.size > 0, order })
  const used = uses.filter((use) => use !== undefined)
  if (!spec.place.lenient) checkTogether(spec, used, site)
  const log = placesOf(used, environment.report)
  const named = chains.filter((one) => one !== undefined)
  checkNames(named, environment.report)
  const plugins = named.map(describe)
  for (const [index, { entry }] of resolved.entries()) checkSkippable(entry, chains[index], environment.report)
  const program =
    environment.report.errors === 0 ? assemble(named, site, spec.recipients?.onSplit, environment) : undefined
  const outlined = resolved.flatMap(({ entry }, index) =>
    outlinePlugin(entry, chains[index], prepared[index], new ListRegistry(shared)),
  )
  return { plugins, log, policies: policyRules(spec, named, site), outline: { plugins: outlined, site }, program }
}

/** What no plugin can be blamed for alone. */
function checkTogether({ recipients }: SiteSpec, uses: readonly PluginUse[], site: SiteScope): void {
  const { report, split, own, naughty } = site
  split.check(recipients?.onSplit, report)
  split.checkQuarantine(recipients, report)
  own.check(report)
  checkSpeaker(
    naughty,
    uses.map(({ file }) => file),
    report,
  )
}

function policyRules({ recipients }: SiteSpec, plugins: readonly NamedChains[], { settings }: SiteScope): PolicyRules {
  const skippable = plugins.flatMap(({ name, isSkippable }) => (isSkippable ? [name] : []))
  return { settings, skippable, limits: recipients?.limits ?? defaultLimits() }
}

/** A policy is known from RCPT on; what has been said by then cannot be skipped. */
function checkSkippable({ skippable }: PluginEntry, named: NamedChains | undefined, report: Report): void {
  if (!skippable || !named || named.chains.some(speaksToRecipients)) return
  report.add({
    code: 'POL007',
    severity: 'warning',
    at: skippable,
    message: `plugin \`${named.name}\` cannot be skipped: it has spoken before a recipient is known`,
    help: 'give it `reply_at: rcpt`, where it has that parameter',
  })
}

function speaksToRecipients([hook, { rules }]: readonly [Hook, Chain]): boolean {
  return isOfRecipients(hook) || rules.some(({ replyAt }) => replyAt !== undefined && isOfRecipients(replyAt))
}

function isOfRecipients(hook: Hook): boolean {
  return HOOK_TABLE[hook].stage !== 'any' && isKnownAt('recipient', hook)
}

interface NamedChains extends NamedPlugin {
  readonly path: string
  readonly file: PluginFile | undefined
  readonly chains: readonly (readonly [Hook, Chain])[]
  readonly isSkippable: boolean
}

function siteScope(
  { hostname, recipients, place: { directory } }: SiteSpec,
  { report, vocabulary, now, questionFault }: CompileEnvironment,
  codes: Codes,
): SiteScope {
  const settings = new SettingBook()
  settings.declare(recipients?.settings ?? [], report)
  if (recipients?.areAll === false) settings.doubt()
  const questions = new QuestionBook({ directory, faultOf: questionFault })
  const books = {
    notes: new NoteBook(),
    settings,
    split: new SplitBook(),
    own: new OwnBook(),
    questions,
    asked: new Set<string>(),
    naughty: [],
  }
  const today = now && new Date(now()).toISOString().slice(0, 'YYYY-MM-DD'.length)
  return { report, directory, hostname, today, ...books, vocabulary: joinWords(vocabulary, codes, report) }
}

async function sharedLists(
  { localDomains, place }: SiteSpec,
  environment: LoadEnvironment,
): Promise<readonly NamedList[]> {
  return localDomains ? [await readSiteList('local_domains', 'domain', localDomains, place, environment)] : []
}

interface Prepared {
  readonly use: PluginUse
  readonly live: readonly LiveChain[]
}

interface Shared {
  readonly site: SiteScope
  readonly shared: readonly NamedList[]
}

function chainsOf(
  { entry, plugin }: ResolvedEntry,
  prepared: Prepared | undefined,
  code: CodePlugin | undefined,
  { site, shared }: Shared,
): NamedChains | undefined {
  const { at } = entry
  const isSkippable = entry.skippable !== undefined
  if (prepared) {
    const { use, live } = prepared
    const chains = live.map((chain) => [chain.hook, compileChain(chain, use, site)] as const)
    return { name: use.name, use: entry.use, at, path: use.file.file, file: use.file, chains, isSkippable }
  }
  if (!code || plugin.kind !== 'code') return undefined
  const use = { ...entry, name: code.name, lists: new ListRegistry(shared) }
  const chains = code.rules.map(([hook, rule]) => [hook, codeChain(hook, rule, use, site)] as const)
  return { name: code.name, use: entry.use, at, path: plugin.path, file: undefined, chains, isSkippable }
}

function describe({ name, path, file, chains }: NamedChains): CompiledPlugin {
  return {
    name,
    path,
    file,
    rules: chains.flatMap(([hook, chain]) => chain.rules.map(({ id, at }) => ({ hook, id, at }))),
  }
}

function assemble(
  plugins: readonly NamedChains[],
  { split: book, own, asked, questions }: SiteScope,
  onSplit: OnSplit | undefined,
  { sources, lists = new Map(), outside = new Map() }: LoadEnvironment,
): Program {
  const chains = new Map<Hook, Chain[]>()
  const split = book.split(onSplit)
  for (const [hook, chain] of plugins.flatMap((plugin) => plugin.chains)) {
    if (chain.rules.length > 0) chains.set(hook, [...(chains.get(hook) ?? []), chain])
  }
  return {
    revision: digest([...sources, ...lists]),
    plugins: plugins.map(({ name }) => name),
    words: asked,
    chains,
    sources: own.named(outside.values()),
    questions: questions.all,
    ...(split && { split }),
  }
}

function digest(sources: readonly (readonly [path: string, text: string])[]): string {
  const hash = createHash('sha256')
  for (const [path, text] of sources.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(path).update('\0').update(text).update('\0')
  return hash.digest('hex').slice(0, 16)
}
