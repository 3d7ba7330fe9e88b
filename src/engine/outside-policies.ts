/** Policies of recipients in a source outside, named by URL: the key of a policy is the key there, and its text the value. */
import type { PolicyPlan, PolicySource } from '../core/policy.ts'
import type { Sources } from '../core/ports.ts'
import type { SourceSpec } from '../core/source.ts'

export function outsidePolicies(spec: SourceSpec, sources: Sources): PolicySource {
  return {
    placeOf: () => spec.shown,
    lookup: (key) => sources.lookup(spec, key),
    // It is shared with whoever else names it, and ends with the rules that do.
    close: async () => undefined,
  }
}

export type OpenDirectory = (directory: string, mostOctets: number) => PolicySource

/** Where the policies of a site are: below a directory, or outside. Undefined where it has none. */
export function openPolicies(
  { directory, source }: Pick<PolicyPlan, 'directory' | 'source'>,
  mostOctets: number,
  { open, sources }: { readonly open?: OpenDirectory | undefined; readonly sources?: Sources | undefined },
): PolicySource | undefined {
  if (source && sources) return outsidePolicies(source, sources)
  return directory === undefined ? undefined : open?.(directory, mostOctets)
}
