/**
 * Secrets as files and databases store them: a password in clear, or behind a scheme that Node can compute.
 *
 * `{PLAIN}text`, `{SSHA}`, `{SSHA256}`, `{SSHA512}` (RFC 2307 and OpenLDAP: base64 of digest and salt), `{SCRAM-SHA-1}` and
 * `{SCRAM-SHA-256}` (Dovecot: count, salt, stored key, server key), `$scrypt$` and `$argon2id$` in PHC form, with or
 * without `{SCRYPT}`, `{ARGON2ID}` in front. Anything that looks like another scheme is refused rather than taken for a
 * password: bcrypt and crypt(3) need a backend that knows them.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { StoredSecret } from '../../core/auth.ts'
import { decodeBase64 } from '../../smtp/sasl/response.ts'
import { saslPrep } from '../../smtp/sasl/saslprep.ts'
import { HASH_OCTETS, keysFrom, saltedPassword } from '../../smtp/sasl/scram-keys.ts'
import { checkSlow, readSlow, type SlowHash } from './slow-hash.ts'

export type Secret =
  | StoredSecret
  | {
      readonly kind: 'digest'
      readonly hash: 'sha1' | 'sha256' | 'sha512'
      readonly digest: Buffer
      readonly salt: Buffer
    }
  | SlowHash

const DIGESTS: ReadonlyMap<string, 'sha1' | 'sha256' | 'sha512'> = new Map([
  ['SSHA', 'sha1'],
  ['SSHA256', 'sha256'],
  ['SSHA512', 'sha512'],
])
const DIGEST_OCTETS = { sha1: 20, sha256: 32, sha512: 64 } as const

const SCRAMS: ReadonlyMap<string, 'sha1' | 'sha256'> = new Map([
  ['SCRAM-SHA-1', 'sha1'],
  ['SCRAM-SHA-256', 'sha256'],
])

const CLEAR: ReadonlySet<string> = new Set(['PLAIN', 'CLEAR', 'CLEARTEXT'])
const SLOW: ReadonlySet<string> = new Set(['SCRYPT', 'ARGON2I', 'ARGON2ID'])

const SCHEME = /^\{([A-Za-z0-9.-]+)\}(.*)$/s
/** What crypt(3) and its kin write: `$6$…`, `$2b$…`, `$y$…`. */
const CRYPT = /^\$([A-Za-z0-9-]+)\$/

const WAY_OUT = 'let auth_saslauthd, auth_dovecot or auth_checkpassword check it'

/** Throws an Error with a sentence that does not hold the secret. */
export function readSecret(text: string): Secret {
  const [, name, value = ''] = SCHEME.exec(text) ?? []
  if (name === undefined) return CRYPT.test(text) ? readCrypt(text) : { kind: 'clear', password: text }
  const scheme = name.toUpperCase()
  if (CLEAR.has(scheme)) return { kind: 'clear', password: value }
  if (SLOW.has(scheme)) return readCrypt(value)
  const [hash, scram] = [DIGESTS.get(scheme), SCRAMS.get(scheme)]
  if (hash) return readDigest(name, hash, value)
  if (scram) return readScram(name, scram, value)
  throw new Error(`{${name}} cannot be checked here; ${WAY_OUT}, or write {PLAIN} before a password that begins so`)
}

function readCrypt(text: string): Secret {
  const slow = readSlow(text)
  if (slow) return slow
  const name = CRYPT.exec(text)?.[1] ?? ''
  throw new Error(`$${name}$ cannot be checked here; ${WAY_OUT}, or write {PLAIN} before a password that begins so`)
}

function readDigest(name: string, hash: 'sha1' | 'sha256' | 'sha512', value: string): Secret {
  const octets = decodeBase64(value)
  const size = DIGEST_OCTETS[hash]
  if (!octets || octets.length <= size) throw new Error(`{${name}} is not followed by base64 of a digest and a salt`)
  return { kind: 'digest', hash, digest: octets.subarray(0, size), salt: octets.subarray(size) }
}

const MOST_ITERATIONS = 10_000_000

function readScram(name: string, hash: 'sha1' | 'sha256', value: string): Secret {
  const [count = '', ...rest] = value.split(',')
  const [salt, storedKey, serverKey] = rest.map(decodeBase64)
  const iterations = /^[1-9]\d*$/.test(count) ? Number(count) : 0
  const isWhole = rest.length === 3 && salt && storedKey && serverKey && storedKey.length === HASH_OCTETS[hash]
  if (!isWhole || iterations === 0 || iterations > MOST_ITERATIONS)
    throw new Error(`{${name}} is not followed by count, salt, stored key and server key`)
  return { kind: 'scram', hash, salt, iterations, storedKey, serverKey }
}

/** What a challenge mechanism can use of it. */
export function asStored(secret: Secret): StoredSecret | undefined {
  return secret.kind === 'clear' || secret.kind === 'scram' ? secret : undefined
}

/** Compares in constant time. Rejects when the machine cannot compute the hash. */
export async function isPassword(secret: Secret, password: string): Promise<boolean> {
  switch (secret.kind) {
    case 'clear':
      return isSameText(secret.password, password)
    case 'digest':
      return timingSafeEqual(createHash(secret.hash).update(password).update(secret.salt).digest(), secret.digest)
    case 'scram': {
      const { hash, salt, iterations, storedKey } = secret
      const salted = await saltedPassword(hash, saslPrep(password) ?? password, salt, iterations)
      return timingSafeEqual(keysFrom(hash, salted).storedKey, storedKey)
    }
    case 'scrypt':
    case 'argon2':
      return checkSlow(secret, password)
  }
}

/** Digests of equal length, so that the time tells nothing of either. */
function isSameText(stored: string, given: string): boolean {
  const [one, other] = [stored, given].map((text) =>
    createHash('sha256')
      .update(saslPrep(text) ?? text)
      .digest(),
  )
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}

const COST: Readonly<Record<Secret['kind'], number>> = { clear: 0, digest: 1, scram: 2, scrypt: 3, argon2: 4 }

/** The one that takes longest to check: what a user that nobody knows is checked against, in vain. */
export function costliest(secrets: Iterable<Secret>): Secret | undefined {
  let most: Secret | undefined
  for (const secret of secrets) if (!most || COST[secret.kind] > COST[most.kind]) most = secret
  return most
}
