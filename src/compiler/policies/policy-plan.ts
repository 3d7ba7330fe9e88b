/** `recipients` of a site file: where policies are, which one is the default, what may stand in them. */
import { relative, resolve } from 'node:path'
import type { Limits } from '../../core/limits.ts'
import {
  type Policy,
  POLICY_UNKNOWN,
  type PolicyPlan,
  type PolicySource,
  type PolicyUnknown,
} from '../../core/policy.ts'
import { ON_SPLIT } from '../../core/program.ts'
import { keysOf } from '../../core/table.ts'
import type { Finding, Report, Span } from '../../language/diagnostic.ts'
import { entryOf, type MapEntry, type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import { RECIPIENTS_SCHEMA, soundSettings } from '../../language/files/policy-file.ts'
import { parseDuration } from '../../language/units.ts'
import type { RecipientSpec } from '../compile-site.ts'
import { isLoadedWhole, type SourceSpec } from '../../core/source.ts'
import { readOutside } from '../lists/read-outside.ts'
import type { LoadEnvironment } from '../load-environment.ts'
import { type PolicyRules, readPolicy, readPolicyText } from './read-policy.ts'

/** Undefined where a site says nothing about its recipients. */
export function recipientSpec(node: YamlNode | undefined, limits: Limits): RecipientSpec | undefined {
  if (node?.kind !== 'map') return undefined
  const wanted = textOf(valueOf(node, 'on_split')) ?? 'defer_different'
  const onSplit = keysOf(ON_SPLIT).find((one) => one === wanted)
  return { ...soundSettings(node), onSplit, at: valueOf(node, 'on_split')?.at ?? node.at, limits }
}

const REFRESH = parseDuration(RECIPIENTS_SCHEMA.properties.refresh.default) ?? 0

/** What anybody may say to these plugins, wherever it is written. */
export function barePlan(rules: PolicyRules): PolicyPlan {
  return { refresh: REFRESH, read: (text, name) => readPolicyText(text, name, rules) }
}

/**
 * The default is read here where it is a file: a site whose default does not load does not load. Of policies outside nothing
 * is read: `check` asks nobody, and a server has to start while a database is away.
 */
export async function policyPlan(
  node: YamlNode | undefined,
  rules: PolicyRules,
  place: string,
  environment: LoadEnvironment,
): Promise<PolicyPlan> {
  const plan = barePlan(rules)
  if (node?.kind !== 'map') return plan
  checkPlace(node, environment.report)
  const refresh = parseDuration(textOf(valueOf(node, 'refresh')) ?? '') ?? plan.refresh
  const directory = textOf(valueOf(node, 'directory'))
  const source = outsideOf(node, place, environment)
  const name = valueOf(node, 'default')
  const key = textOf(name)
  if (source)
    return { ...plan, source, refresh, onUnknown: onUnknownOf(node), ...(key !== undefined && { fallback: { key } }) }
  if (directory === undefined) return plan
  const whole = resolve(place, directory)
  const fallback = name && (await readDefault(name, { place, directory: whole, rules }, environment))
  return { ...plan, directory: whole, refresh, ...(fallback && { fallback }) }
}

function onUnknownOf(node: MapNode): PolicyUnknown {
  const wanted = textOf(valueOf(node, 'on_unknown'))
  return keysOf(POLICY_UNKNOWN).find((one) => one === wanted) ?? 'defer'
}

/** What goes with what. */
function checkPlace(node: MapNode, report: Report): void {
  const [directory, source, fallback] = ['directory', 'source', 'default'].map((name) => entryOf(node, name))
  const place = source ?? directory
  if (place && !fallback)
    report.add({
      code: 'POL003',
      at: place.value.at,
      message: 'policies need a default: what holds for a recipient whose own does not load?',
      help: source
        ? 'add `default: standard`, and let the source have a policy with that key'
        : 'add `default: standard`, and write `standard.yaml` in that directory',
    })
  if (directory && source)
    reportVain(directory, '`directory` has no effect beside `source`', 'policies have one place', report)
  if (!place && fallback)
    reportVain(fallback, '`default` has no effect without `directory`', 'add `directory: policies`', report)
  for (const entry of ['with', 'on_unknown'].flatMap((name) => entryOf(node, name) ?? []))
    if (!source)
      reportVain(entry, `\`${entry.key.value}\` has no effect without \`source\``, 'it is for policies outside', report)
}

function reportVain(entry: MapEntry, message: string, help: string, report: Report): void {
  report.add({ code: 'CFG115', at: entry.key.at, message, help })
}

function outsideOf(node: MapNode, directory: string, environment: LoadEnvironment): SourceSpec | undefined {
  const value = valueOf(node, 'source')
  const url = textOf(value)
  if (!value || url === undefined) return undefined
  const parameters = valueOf(node, 'with')
  const use = { url, kind: 'string', isText: true, directory, at: value.at, faultOf: textFault } as const
  return readOutside({ ...use, ...(parameters?.kind === 'map' && { parameters }) }, environment)
}

/** What holds keys alone, or lines, holds no policy. */
function textFault(source: SourceSpec): string | undefined {
  const { scheme, parameters } = source
  const named = (name: string): boolean => parameters.has(name)
  if (source.perRecipient) return 'whose file does not load has the default, and here is no place for one'
  if (scheme === 'dns') return 'policies do not stand in DNS: anybody could read them'
  if (isLoadedWhole(source)) return 'a policy has a page of its own: write `{key}` into the URL'
  if (named('set')) return 'a set has no policies, only keys: name a `prefix` or a `hash`'
  if (named('table') && !named('value')) return '`value` names the column with the policies'
  if (scheme.startsWith('ldap') && !named('attribute')) return '`attribute` names the attribute with the policy'
  return undefined
}

interface Place {
  /** Directory of the site. */
  readonly place: string
  readonly directory: string
  readonly rules: PolicyRules
}

async function readDefault(
  name: YamlNode,
  { place, directory, rules }: Place,
  environment: LoadEnvironment,
): Promise<PolicyPlan['fallback']> {
  const key = textOf(name)
  const source = environment.policySource?.(directory, rules.limits.policy_size)
  if (key === undefined || !source) return undefined
  const policy = await readNamed(key, name.at, { place, source, rules }, environment)
  await source.close()
  return policy && { key, policy }
}

interface Named extends Pick<Place, 'place'> {
  readonly source: PolicySource
  readonly rules: PolicyRules
}

async function readNamed(
  key: string,
  at: Span,
  { place, source, rules }: Named,
  { report, sources }: LoadEnvironment,
): Promise<Policy | undefined> {
  const answer = await source.lookup(key)
  const file = source.placeOf(key)
  if (answer.kind !== 'found') {
    report.add(missing(at, relative(place, file), answer.kind === 'none' ? undefined : answer.because))
    return undefined
  }
  const [text = ''] = answer.values
  sources.set(file, text)
  return readPolicy(text, file, rules, report)
}

function missing(at: Span, file: string, because: string | undefined): Finding {
  return {
    code: 'POL003',
    at,
    message: because === undefined ? `there is no file ${file}` : `the default policy cannot be read: ${because}`,
    help: 'recipients whose own policy does not load have this one: it must be there',
  }
}
