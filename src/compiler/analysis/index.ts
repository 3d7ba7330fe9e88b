/**
 * The static analysis of a policy: what can be said about rules without running them. `docs/analysis.md` says what is proved
 * and what is not.
 *
 * Pure: reads what was compiled, and reports. To be asked only about what compiled without errors. Whatever it cannot decide
 * within its bounds it does not mention.
 */
import { itemPlace } from '../../language/deletion.ts'
import type { Finding, Fix, Label, Report } from '../../language/diagnostic.ts'
import { fixOf, replace } from '../../language/fix.ts'
import { SourceText } from '../../language/source-text.ts'
import { acceptedDomains } from './accepted-domains.ts'
import { type AskedRule, askedHooks } from './asked-rule.ts'
import { Findings, LIKELY_NOTE } from './findings.ts'
import type { Service } from '../../core/service.ts'
import type { Listener } from '../../core/site.ts'
import type { Outline, OutlinedPlugin } from './outline.ts'
import { type PolicyFile, strangePolicies } from '../policies/strange-policies.ts'
import { unreadSettings } from '../policies/unread-settings.ts'
import { type Unreached, unreachedRules } from './reach.ts'
import { overlongMessage, placeInMessage } from './replies.ts'
import { SiteWorld } from './site-world.ts'
import { idleConditions, neverHolds } from './truths.ts'
import { relayFindings } from './relay.ts'
import { loginsAt } from './relay-login.ts'
import { worldOver } from './universe.ts'
import type { ValueSet } from './value-set.ts'
import { canMailGoOn, reachedFromOutside, waysIn } from './way-in.ts'

export interface Analysed {
  readonly outline: Outline
  /** How listeners serve, by name; undefined for rules without a site. */
  readonly services: ReadonlyMap<string, Service> | undefined
  readonly listeners?: readonly Listener[] | undefined
  /** Files that hold policies of recipients, each with its key. */
  readonly policies?: readonly PolicyFile[] | undefined
  /** Texts of the files by path, for corrections. */
  readonly sources?: ReadonlyMap<string, string>
  /** Files of ours: their rules are judged on their own, not for how a site uses them. */
  readonly isOurs: (path: string) => boolean
}

export function analyse(analysed: Analysed, report: Report): void {
  const { outline, services, listeners = [], policies = [], sources, isOurs } = analysed
  const universe = new Map<string, ValueSet>()
  const hasCode = outline.plugins.some(({ file }) => !file)
  const hooks = askedHooks({ outline, universe, hasCode })
  const rules = hooks.flatMap((hook) => hook.rules)
  const world = worldOver(universe)
  const answersAuth = hooks.some(({ hook }) => hook === 'auth')
  const facts = { services: services ?? new Map<string, Service>(), answersAuth: answersAuth || hasCode }
  const site = new SiteWorld(facts, world)
  const findings = new Findings(report, rules)
  for (const rule of rules.filter(({ plugin }) => !isOurs(plugin.path))) {
    const said = neverHolds(rule, world) ?? [...idleConditions(rule, world), ...site.findings(rule)]
    for (const finding of [...said, ...overlongMessage(rule), ...placeInMessage(rule)]) findings.against(rule, finding)
  }
  reportUnreached(unreachedRules(hooks, world), { rules, findings, sources, isOurs })
  if (services) {
    const ways = canMailGoOn(outline) ? waysIn(services, reachedFromOutside(services, listeners)) : []
    const found = ways.flatMap((way) => {
      const outside = new SiteWorld({ ...facts, services: way.services }, world)
      const narrow = (fact: string, set: ValueSet): ValueSet => outside.narrowed(fact, set)
      return relayFindings({ ...way, outline, hasCode, isOurs, narrow, logins: loginsAt(way.services) })
    })
    for (const finding of eachPlaceOnce(found)) findings.add(finding)
    for (const finding of unreadSettings(outline, isOurs)) findings.add(finding)
    const isOurOwn = [...services.values()].every(({ position }) => position === undefined)
    const accepts = isOurOwn ? acceptedDomains({ outline, rules, world }) : undefined
    for (const finding of accepts ? strangePolicies(policies, accepts) : []) findings.add(finding)
  }
  findings.conclude()
}

/** What any stranger can do need not be said again of those who are believed. */
function eachPlaceOnce(found: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ code, at }: Finding): string => `${code} ${at.file}:${at.range.start.offset}`
  return [...Map.groupBy(found, keyOf).values()].flatMap(([first]) => first ?? [])
}

interface Reporting {
  readonly rules: readonly AskedRule[]
  readonly findings: Findings
  readonly sources: Analysed['sources']
  readonly isOurs: Analysed['isOurs']
}

function reportUnreached(unreached: readonly Unreached[], { rules, findings, sources, isOurs }: Reporting): void {
  const silenced = new Set<string>()
  for (const one of unreached) {
    const { plugin, hook } = one.rule
    const isOwn = one.because.every((rule) => rule.plugin === plugin)
    const chain = rules.filter((rule) => rule.plugin === plugin && rule.hook === hook)
    const dead = unreached.filter(({ rule }) => rule.plugin === plugin && rule.hook === hook)
    if (!isOwn && dead.length === chain.length) {
      const key = `${plugin.name} ${hook}`
      if (!silenced.has(key)) findings.add(silencedPlugin(one, plugin))
      silenced.add(key)
    } else if (!isOurs(plugin.path)) findings.against(one.rule, neverAsked(one, sources?.get(plugin.path)))
  }
}

/** Where another plugin stands in front. */
function silencedPlugin(one: Unreached, { name, entry }: OutlinedPlugin): Finding {
  const { hook } = one.rule
  const others = [...new Set(one.because.map(({ plugin }) => plugin))]
  return {
    ...proof(one),
    code: 'FLW501',
    severity: one.basis === 'certain' ? 'warning' : 'info',
    at: entry.at,
    hook,
    message: `plugin \`${name}\` is never asked at \`${hook}\``,
    label: 'the plugins before it have answered by then',
    labels: others
      .filter((other) => other.entry !== entry)
      .map((other) => ({ ...other.entry.at, text: `\`${other.name}\` answers first` })),
    help: `move \`${name}\` above ${others.map((other) => `\`${other.name}\``).join(', ')}`,
  }
}

function neverAsked(one: Unreached, text: string | undefined): Finding {
  const { rule, because, basis } = one
  const { id } = rule.rule
  const isSame = because.every(({ answer }) => answer === rule.answer)
  const [first] = because
  return {
    ...proof(one),
    code: isSame ? 'FLW502' : 'FLW501',
    severity: isSame || basis === 'likely' ? 'info' : 'warning',
    at: rule.at,
    message: isSame
      ? `rule \`${id}\` adds nothing: the rules before it have given the same answer`
      : `rule \`${id}\` can never be asked`,
    label: isSame ? 'redundant' : 'unreachable',
    labels: because.slice(0, MOST_LABELS).map(labelOf),
    help: isSame || !first ? `delete \`${id}\`` : `move \`${id}\` above \`${first.rule.id}\`, or delete it`,
    fixes: deleting(rule, text),
  }
}

/** Where it should stand instead somebody has to know. */
function deleting({ node: { at }, rule: { id } }: AskedRule, text: string | undefined): readonly Fix[] {
  const place = text === undefined ? undefined : itemPlace(new SourceText(at.file, text), at.range)
  return place ? fixOf(`delete \`${id}\``, 'unsafe', replace(place, '')) : []
}

const MOST_LABELS = 6

function labelOf({ at, match, rule, hook }: AskedRule): Label {
  const what = match.kind === 'always' ? 'always matches' : 'answers its part of them'
  return {
    ...at,
    text: rule.replyAt && rule.replyAt !== hook ? `${what}, at \`${rule.replyAt}\`` : `${what} and ends the chain`,
  }
}

function proof({ because, basis, rule }: Unreached): Pick<Finding, 'notes'> {
  const names = because.slice(0, MOST_LABELS).map((one) => {
    const place = one.plugin === rule.plugin ? '' : ` of \`${one.plugin.name}\``
    return `\`${one.rule.id}\`${place}${one.hook === rule.hook ? '' : ` at \`${one.hook}\``}`
  })
  const more = because.length > MOST_LABELS ? ` and ${because.length - MOST_LABELS} more` : ''
  const together = because.length > 1 ? 'together they answer' : 'answers'
  const note = `proof: ${names.join(', ')}${more} ${together} every session that \`${rule.rule.id}\` is about`
  return { notes: basis === 'likely' ? [note, LIKELY_NOTE] : [note] }
}
