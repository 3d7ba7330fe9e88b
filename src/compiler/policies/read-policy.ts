/**
 * Policies: the text of one becomes settings, lists and names, or findings.
 *
 * Everything in it is a literal. A policy that is wrong anywhere is none at all: half of what its owner wanted is not what
 * they wanted.
 */
import { LIMITS, type Limits } from '../../core/limits.ts'
import type { ListIndex, ListKind } from '../../core/list.ts'
import type { Policy, PolicyList, ReadPolicy, SettingValue } from '../../core/policy.ts'
import { placeOf, Report, startOf } from '../../language/diagnostic.ts'
import { entriesOf, type MapNode, type ScalarNode, valueOf, type YamlNode } from '../../language/node.ts'
import { policySchema } from '../../language/files/policy-file.ts'
import { checkSchema } from '../../language/schema/check.ts'
import { parseYaml } from '../../language/yaml/parse.ts'
import { inlineIndex } from '../lists/list-use.ts'
import type { SettingBook } from './setting-book.ts'

/** What policies of a site may say. */
export interface PolicyRules {
  readonly settings: SettingBook
  /** Names of plugins that may be skipped. */
  readonly skippable: readonly string[]
  readonly limits: Pick<Limits, 'policy_entries' | 'policy_size'>
}

/** Undefined when something is wrong; the report says what. */
export function readPolicy(text: string, file: string, rules: PolicyRules, report: Report): Policy | undefined {
  const before = report.errors
  if (Buffer.byteLength(text) > rules.limits.policy_size) return tooLarge(file, rules, report)
  const root = parseYaml(text, file, report)
  if (!root || !isPolicy(root, rules, report)) return undefined
  const policy = {
    settings: readValues(root, report),
    lists: { allow: readList(root, 'allow', report), block: readList(root, 'block', report) },
    skip: new Set(scalarsIn(root, 'skip').map(({ value }) => String(value))),
  }
  checkCount(root, rules, report)
  return report.errors === before ? policy : undefined
}

/** The same for who must not repeat what stands there. */
export function readPolicyText(text: string, name: string, rules: PolicyRules): ReadPolicy {
  const report = new Report()
  const policy = readPolicy(text, name, rules, report)
  if (policy) return { ok: true, policy }
  const errors = report.sorted().filter(({ severity }) => severity === 'error')
  return { ok: false, faults: errors.map((one) => `${one.code} at ${placeOf(one)}`) }
}

function isPolicy(root: YamlNode, { settings, skippable }: PolicyRules, report: Report): root is MapNode {
  const schema = policySchema(
    settings.schema(),
    settings.isDoubtful ? { type: 'string' } : { type: 'string', enum: skippable },
  )
  return checkSchema(root, schema, report, { what: 'a policy' }) && root.kind === 'map'
}

function tooLarge(file: string, { limits }: PolicyRules, report: Report): undefined {
  report.add({
    code: 'POL005',
    at: startOf(file),
    message: `a policy has at most ${limits.policy_size} octets`,
    help: `the limit is \`policy_size\`; ${LIMITS.policy_size.default} without a word in the site file`,
  })
}

function readValues(root: MapNode, report: Report): ReadonlyMap<string, SettingValue> {
  const node = valueOf(root, 'settings')
  const values = new Map<string, SettingValue>()
  for (const { key, value } of entriesOf(node)) {
    if (value.kind !== 'scalar' || value.value === null) continue
    if (typeof value.value === 'string' && value.value.includes('${')) reportTemplate(value, report)
    else values.set(key.value, value.value)
  }
  return values
}

/** Everywhere else such a text stands for something. */
function reportTemplate({ at, source }: ScalarNode, report: Report): void {
  report.add({
    code: 'CFG112',
    at,
    message: `\`${source}\`: nothing is filled in in a policy`,
    help: 'write the value itself',
  })
}

function scalarsIn(root: MapNode, key: string): readonly ScalarNode[] {
  const node = valueOf(root, key)
  return node?.kind === 'seq' ? node.items.filter((item): item is ScalarNode => item.kind === 'scalar') : []
}

/** An IPv4 address, network or prefix is digits and dots; IPv6 has a colon, which no domain has. */
const NETWORK = /^[0-9.]+(?:\/\d+)?$|^[0-9a-f.]*:[0-9a-f:.]*(?:\/\d+)?$/i

function readList(root: MapNode, list: PolicyList, report: Report): readonly ListIndex[] {
  const kinds = Map.groupBy(scalarsIn(root, list), ({ source }): ListKind => (NETWORK.test(source) ? 'ip' : 'address'))
  return [...kinds].map(([kind, scalars]) => inlineIndex(kind, scalars, (finding) => report.add(finding)))
}

const COUNTED = ['allow', 'block', 'skip']

function checkCount(root: MapNode, { limits }: PolicyRules, report: Report): void {
  const entries = COUNTED.flatMap((key) => scalarsIn(root, key))
  const first = entries[limits.policy_entries]
  if (!first) return
  report.add({
    code: 'POL005',
    at: first.at,
    message: `a policy has at most ${limits.policy_entries} entries in its lists, this one has ${entries.length}`,
    label: 'the first one too many',
    help: 'one entry for a domain stands for all its addresses; the limit is `policy_entries`',
  })
}
