/**
 * Where the policy of a key lies below the directory of policies.
 *
 *     alice@example.org    example.org/alice.yaml
 *     example.org          example.org.yaml
 *     o'neil@example.org   example.org/~DIGEST.yaml
 *
 * Local parts are chosen by strangers: what is no plain name on every file system gets the SHA-256 digest of the whole key
 * as its name, so no key leads anywhere but to a file of its own.
 */
import { createHash } from 'node:crypto'

const ENDING = '.yaml'
const LOCAL = /^[a-z0-9_][a-z0-9_+=-]*(?:\.[a-z0-9_+=-]+)*$/
const DOMAIN = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)*$/
/** Octets; `.yaml` has to fit behind it into 255. */
const LONGEST = 200
/** Names of devices on other systems, whatever stands behind a dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/

/** With `/` between directory and file. Any text is a key. */
export function policyPath(key: string): string {
  const at = key.lastIndexOf('@')
  if (at < 0) return `${nameOf(key, DOMAIN, key)}${ENDING}`
  const domain = key.slice(at + 1)
  return `${nameOf(domain, DOMAIN, domain)}/${nameOf(key.slice(0, at), LOCAL, key)}${ENDING}`
}

/** `ab+c.d` and the like stay as they are, in lower case. */
function nameOf(text: string, plain: RegExp, key: string): string {
  const isPlain = text.length <= LONGEST && plain.test(text) && !DEVICE.test(text)
  return isPlain ? text : digestOf(key)
}

function digestOf(key: string): string {
  return `~${createHash('sha256').update(key).digest('hex')}`
}

/** The parts of an address as names of files, by the same rule. */
export interface AddressNames {
  readonly user: string
  readonly host: string
  readonly address: string
}

/** Undefined where the key is no address. */
export function addressNames(key: string): AddressNames | undefined {
  const at = key.lastIndexOf('@')
  if (at < 1) return undefined
  const [local, host] = [key.slice(0, at), key.slice(at + 1)]
  const isPlain = nameOf(local, LOCAL, key) === local && nameOf(host, DOMAIN, host) === host && key.length <= LONGEST
  return {
    user: nameOf(local, LOCAL, key),
    host: nameOf(host, DOMAIN, host),
    address: isPlain ? key : digestOf(key),
  }
}

const DIGEST = /^~[0-9a-f]{64}$/

/** The key that leads to this path; undefined where there is none, or a digest hides it. */
export function policyKey(path: string): string | undefined {
  if (!isPolicyPath(path) || path.includes('~')) return undefined
  const [domain = '', local] = path.slice(0, -ENDING.length).split('/')
  return local === undefined ? domain : `${local}@${domain}`
}

/** Whether some key leads to this path. What stands behind a digest cannot be told. */
export function isPolicyPath(path: string): boolean {
  if (!path.endsWith(ENDING)) return false
  const [first = '', second, ...others] = path.slice(0, -ENDING.length).split('/')
  if (others.length > 0) return false
  const domain = DIGEST.test(first) || nameOf(first, DOMAIN, first) === first
  return domain && (second === undefined || DIGEST.test(second) || nameOf(second, LOCAL, second) === second)
}
