/** Checks the policies of recipients: every file below a site's directory, or one that stands alone. */
import { relative } from 'node:path'
import type { LoadedSite } from '../../compiler/load-site.ts'
import { type PolicyRules, readPolicy } from '../../compiler/policies/read-policy.ts'
import type { PolicyFile } from '../../compiler/policies/strange-policies.ts'
import { type Report, startOf } from '../../language/diagnostic.ts'
import type { MapNode } from '../../language/node.ts'
import { POLICY_SCHEMA } from '../../language/files/policy-file.ts'
import { checkSchema } from '../../language/schema/check.ts'
import type { FoundPolicyFile } from '../../ports/policies/policy-files.ts'
import { policyKey } from '../../ports/policies/policy-path.ts'
import type { FileWorld } from '../file-world.ts'

interface Reading extends Pick<FileWorld, 'allPolicies'> {
  readonly report: Report
  /** Text of each file, by path. */
  readonly sources: Map<string, string>
}

/** Answers with the files it has looked at. */
export async function checkPolicies(
  { policies, plan }: Pick<LoadedSite, 'policies' | 'plan'>,
  reading: Reading,
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  if (!policies || plan?.directory === undefined) return seen
  for await (const file of reading.allPolicies(plan.directory, policies.limits.policy_size)) {
    seen.add(file.path)
    checkPolicy(file, policies, reading)
  }
  return seen
}

/** Those that belong to a domain: the default is everybody's. */
export function filesOf(paths: Iterable<string>, { plan }: Pick<LoadedSite, 'plan'>): readonly PolicyFile[] {
  const { directory = '', fallback } = plan ?? {}
  return [...paths].flatMap((path) => {
    const key = policyKey(relative(directory, path))
    return key === undefined || key === fallback?.key ? [] : [{ key, path }]
  })
}

function checkPolicy(
  { path, text, because, isLookedFor }: FoundPolicyFile,
  rules: PolicyRules,
  { report, sources }: Reading,
) {
  const at = startOf(path)
  if (because !== undefined) report.add({ code: 'POL004', at, message: `this policy is not read: ${because}` })
  else if (!isLookedFor)
    report.add({
      code: 'POL004',
      severity: 'warning',
      at,
      message: 'no recipient has this policy: nobody looks for this name',
      help: 'example.org/alice.yaml for an address, example.org.yaml for a domain, all in lower case',
    })
  if (text === undefined) return
  sources.set(path, text)
  readPolicy(text, path, rules, report)
}

/** Which settings there are is not known then. */
export function checkPolicyAlone(root: MapNode, report: Report): void {
  checkSchema(root, POLICY_SCHEMA, report, { what: 'a policy' })
}
