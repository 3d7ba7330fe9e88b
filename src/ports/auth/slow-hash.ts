/**
 * Password hashes that are slow on purpose, in PHC form: `$scrypt$ln=15,r=8,p=1$salt$hash` (RFC 7914) and
 * `$argon2id$v=19$m=65536,t=3,p=1$salt$hash` (RFC 9106). Computed beside the event loop.
 *
 * argon2 needs Node 24.7.
 */
import * as crypto from 'node:crypto'
import { promisify } from 'node:util'

interface Hashed {
  readonly salt: Buffer
  readonly digest: Buffer
}

export type SlowHash =
  | (Hashed & { readonly kind: 'scrypt'; readonly logCost: number; readonly blockSize: number; readonly lanes: number })
  | (Hashed & {
      readonly kind: 'argon2'
      readonly variant: 'argon2i' | 'argon2id'
      /** KiB. */
      readonly memory: number
      readonly passes: number
      readonly lanes: number
    })

const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([^$]+)\$([^$]+)$/
const ARGON2 = /^\$(argon2id?)\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([^$]+)\$([^$]+)$/

/** The most memory that one check may take: a file must not be able to stop the server. */
const MOST_OCTETS = 1024 ** 3
const KIB = 1024

/** Undefined for another scheme. Throws an Error with a plain sentence for one of these that is malformed or too big. */
export function readSlow(text: string): SlowHash | undefined {
  if (text.startsWith('$scrypt$')) return readScrypt(text)
  return /^\$argon2id?\$/.test(text) ? readArgon2(text) : undefined
}

function readScrypt(text: string): SlowHash {
  const [, ln, r, p, ...encoded] = SCRYPT.exec(text) ?? []
  const [logCost, blockSize, lanes] = [Number(ln), Number(r), Number(p)]
  const hashed = readHashed(encoded)
  if (!hashed || logCost < 1 || blockSize < 1 || lanes < 1)
    throw new Error('$scrypt$ is not followed by ln=…,r=…,p=…$salt$hash')
  if (scryptOctets(logCost, blockSize, lanes) > MOST_OCTETS) throw new Error('$scrypt$ asks for more than 1 GiB')
  return { kind: 'scrypt', logCost, blockSize, lanes, ...hashed }
}

function scryptOctets(logCost: number, blockSize: number, lanes: number): number {
  return 128 * blockSize * (2 ** logCost + lanes + 2)
}

function readArgon2(text: string): SlowHash {
  const [, variant, m, t, p, ...encoded] = ARGON2.exec(text) ?? []
  const [memory, passes, lanes] = [Number(m), Number(t), Number(p)]
  const hashed = readHashed(encoded)
  if (!hashed || !(memory >= 8 * lanes && passes >= 1 && lanes >= 1))
    throw new Error('$argon2…$ is not followed by v=19$m=…,t=…,p=…$salt$hash')
  if (memory * KIB > MOST_OCTETS) throw new Error('$argon2…$ asks for more than 1 GiB')
  if (!('argon2' in crypto)) throw new Error('$argon2…$ needs Node 24.7 or newer')
  return { kind: 'argon2', variant: variant === 'argon2i' ? 'argon2i' : 'argon2id', memory, passes, lanes, ...hashed }
}

const LEAST_DIGEST_OCTETS = 16
const LEAST_SALT_OCTETS = 8

/** Base64 without padding, as PHC strings have it. */
function readHashed([salt = '', digest = '']: readonly string[]): Hashed | undefined {
  const [saltOctets, digestOctets] = [decodeBare(salt), decodeBare(digest)]
  if (!saltOctets || !digestOctets) return undefined
  const isLong = digestOctets.length >= LEAST_DIGEST_OCTETS && saltOctets.length >= LEAST_SALT_OCTETS
  return isLong ? { salt: saltOctets, digest: digestOctets } : undefined
}

function decodeBare(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64')
  return octets.toString('base64').replace(/=+$/, '') === text ? octets : undefined
}

const scrypt = promisify<string, Buffer, number, crypto.ScryptOptions, Buffer>(crypto.scrypt)

export async function checkSlow(hash: SlowHash, password: string): Promise<boolean> {
  const computed = hash.kind === 'scrypt' ? await computeScrypt(hash, password) : await computeArgon2(hash, password)
  return crypto.timingSafeEqual(computed, hash.digest)
}

async function computeScrypt(hash: Extract<SlowHash, { kind: 'scrypt' }>, password: string): Promise<Buffer> {
  const { salt, digest, logCost, blockSize, lanes } = hash
  const maxmem = scryptOctets(logCost, blockSize, lanes) + KIB
  return scrypt(password, salt, digest.length, { N: 2 ** logCost, r: blockSize, p: lanes, maxmem })
}

async function computeArgon2(hash: Extract<SlowHash, { kind: 'argon2' }>, password: string): Promise<Buffer> {
  const { variant, memory, passes, lanes, salt, digest } = hash
  const parameters = { message: password, nonce: salt, parallelism: lanes, tagLength: digest.length, memory, passes }
  return new Promise((resolve, reject) =>
    crypto.argon2(variant, parameters, (fault, computed) => (fault ? reject(fault) : resolve(computed))),
  )
}
