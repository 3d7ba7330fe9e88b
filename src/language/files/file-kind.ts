/** Which kind a YAML file of a site is, told by the keys it begins with. */
import { POLICY_SCHEMA } from './policy-file.ts'

export const FILE_KINDS = ['site', 'plugin', 'ruleset', 'suite', 'policy'] as const
export type FileKind = (typeof FILE_KINDS)[number]

/** A file of these keys, and of no other, is a policy. */
const POLICY_KEYS = Object.keys(POLICY_SCHEMA.properties ?? {})

/** Undefined for a YAML file that is none of ours. */
export function fileKind(keys: readonly string[]): FileKind | undefined {
  if (keys.includes('suite')) return 'suite'
  if (keys.includes('plugin')) return 'plugin'
  if (keys.includes('ruleset')) return 'ruleset'
  if (keys.includes('plugins') || keys.includes('hostname')) return 'site'
  return keys.every((key) => POLICY_KEYS.includes(key)) ? 'policy' : undefined
}
