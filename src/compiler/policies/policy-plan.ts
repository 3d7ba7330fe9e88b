/** `recipients` of a site file: where policies are, which one is the default, what may stand in them. */
import { relative, resolve } from 'node:path'
import type { Limits } from '../../core/limits.ts'
import type { Policy, PolicyPlan, PolicySource } from '../../core/policy.ts'
import { ON_SPLIT, type OnSplit } from '../../core/program.ts'
import type { Finding, Report, Span } from '../../language/diagnostic.ts'
import { entryOf, type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import { readSettings, RECIPIENTS_SCHEMA } from '../../language/policy-file.ts'
import { parseDuration } from '../../language/units.ts'
import type { RecipientSpec } from '../compile-site.ts'
import type { LoadEnvironment } from '../resolve-entries.ts'
import { type PolicyRules, readPolicy, readPolicyText } from './read-policy.ts'

/** Undefined where a site says nothing about its recipients. */
export function recipientSpec(node: YamlNode | undefined, limits: Limits): RecipientSpec | undefined {
  if (node?.kind !== 'map') return undefined
  const wanted = textOf(valueOf(node, 'on_split')) ?? 'defer_different'
  const onSplit = (Object.keys(ON_SPLIT) as OnSplit[]).find((one) => one === wanted)
  return { settings: readSettings(node), onSplit, at: valueOf(node, 'on_split')?.at ?? node.at, limits }
}

const REFRESH = parseDuration(RECIPIENTS_SCHEMA.properties.refresh.default) ?? 0

/** What anybody may say to these plugins, wherever it is written. */
export function barePlan(rules: PolicyRules): PolicyPlan {
  return { refresh: REFRESH, read: (text, name) => readPolicyText(text, name, rules) }
}

/** The default is read here: a site whose default does not load does not load. */
export async function policyPlan(
  node: YamlNode | undefined,
  rules: PolicyRules,
  place: string,
  environment: LoadEnvironment,
): Promise<PolicyPlan> {
  const plan = barePlan(rules)
  if (node?.kind !== 'map') return plan
  const directory = directoryOf(node, place, environment.report)
  if (directory === undefined) return plan
  const name = valueOf(node, 'default')
  const refresh = parseDuration(textOf(valueOf(node, 'refresh')) ?? '') ?? plan.refresh
  const fallback = name && (await readDefault(name, { place, directory, rules }, environment))
  return { ...plan, directory, refresh, ...(fallback && { fallback }) }
}

function directoryOf(node: MapNode, place: string, report: Report): string | undefined {
  const directory = textOf(valueOf(node, 'directory'))
  const fallback = entryOf(node, 'default')
  if (directory !== undefined && !fallback)
    report.add({
      code: 'POL003',
      at: valueOf(node, 'directory')?.at ?? node.at,
      message: 'policies need a default: what holds for a recipient whose own does not load?',
      help: 'add `default: standard`, and write `standard.yaml` in that directory',
    })
  if (directory === undefined && fallback)
    report.add({
      code: 'CFG115',
      at: fallback.key.at,
      message: '`default` has no effect without `directory`',
      help: 'add `directory: policies`',
    })
  return directory === undefined ? undefined : resolve(place, directory)
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
