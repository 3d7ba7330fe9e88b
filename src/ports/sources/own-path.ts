/**
 * Where a recipient's own file lies: a path with %u (local part), %h (host) and %a (address) in it, as qpsmtpd's plugin
 * user_config has them.
 *
 * Clients say which recipients there are: what stands for a placeholder is one name, by the rule of policy files, so no
 * address leads anywhere but to a file of its own.
 */
import { resolve } from 'node:path'
import { ownTemplateFault } from '../../core/source.ts'
import { type AddressNames, addressNames } from '../policies/policy-path.ts'

export interface OwnPath {
  readonly path: string
  /** What the site has written of it: it has to be there, or nobody's files are. */
  readonly fixed: string
  /** The recipient's: no link below it may lead out. */
  readonly root: string
}

const PLACEHOLDERS = { '%u': 'user', '%h': 'host', '%a': 'address' } as const satisfies Record<
  string,
  keyof AddressNames
>
const PLACEHOLDER = /%[uha]/
const EACH = /%[uha]/g

/** Undefined where the key is no address. Throws an Error with a plain sentence for a path that is no template. */
export function ownPathOf(template: string, directory: string): (key: string) => OwnPath | undefined {
  const steps = resolve(directory, template).split('/')
  const fault = ownTemplateFault(template)
  if (fault !== undefined) throw new Error(fault)
  const first = steps.findIndex((step) => PLACEHOLDER.test(step))
  const fixed = steps.slice(0, first).join('/') || '/'
  const isFile = first === steps.length - 1
  return (key) => {
    const names = addressNames(key)
    if (!names) return undefined
    const filled = steps.map((step) => fillIn(step, names))
    return { path: filled.join('/'), fixed, root: isFile ? fixed : filled.slice(0, first + 1).join('/') }
  }
}

/** Once: what is filled in is not looked at again. */
function fillIn(step: string, names: AddressNames): string {
  return step.replace(EACH, (found) => names[PLACEHOLDERS[found as keyof typeof PLACEHOLDERS]])
}
