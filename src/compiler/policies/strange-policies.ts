/** Policies of recipients whose mail no rule accepts: a domain that is not ours any more, or that somebody has spelt wrongly. */
import { type Finding, startOf } from '../../language/diagnostic.ts'

export interface PolicyFile {
  /** As look-ups ask for it: `ann@example.org`, `example.org`. */
  readonly key: string
  readonly path: string
}

/** POL004. An info: a relay client may still write to such an address, and its policy is looked up then. */
export function strangePolicies(
  files: readonly PolicyFile[],
  accepts: (domain: string) => boolean,
): readonly Finding[] {
  const domains = new Set(files.map(domainOf))
  const strange = new Set([...domains].filter((domain) => !accepts(domain)))
  return files.filter((file) => strange.has(domainOf(file))).map((file) => finding(file, domainOf(file)))
}

/** A domain has its policy for all names below it too; an address is in one domain, where the same may do. */
function domainOf({ key }: PolicyFile): string {
  return key.slice(key.lastIndexOf('@') + 1)
}

function finding({ path }: PolicyFile, domain: string): Finding {
  return {
    code: 'POL004',
    severity: 'info',
    at: startOf(path),
    message: `no recipient here has this policy: no rule accepts mail for \`${domain}\``,
    help: 'add the domain to `local_domains`, or delete the file',
  }
}
