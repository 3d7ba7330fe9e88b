/**
 * SCRAM's arithmetic (RFC 5802 section 3): from a password to the keys that are stored, and the proofs made with them.
 *
 * PBKDF2 runs beside the event loop.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export type ScramHash = 'sha1' | 'sha256'

export const HASH_OCTETS: Readonly<Record<ScramHash, number>> = { sha1: 20, sha256: 32 }

export interface ScramKeys {
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

const derive = promisify(pbkdf2)

export function hmac(hash: ScramHash, key: Buffer, text: Buffer | string): Buffer {
  return createHmac(hash, key).update(text).digest()
}

function digest(hash: ScramHash, octets: Buffer): Buffer {
  return createHash(hash).update(octets).digest()
}

/** `password` is prepared (SASLprep) already. */
export async function saltedPassword(
  hash: ScramHash,
  password: Buffer | string,
  salt: Buffer,
  iterations: number,
): Promise<Buffer> {
  return derive(password, salt, iterations, HASH_OCTETS[hash], hash)
}

export function keysFrom(hash: ScramHash, salted: Buffer): ScramKeys {
  return { storedKey: digest(hash, hmac(hash, salted, 'Client Key')), serverKey: hmac(hash, salted, 'Server Key') }
}

/** Whether the proof was made with the client's key; takes the same time for every proof of the right length. */
export function isProof(hash: ScramHash, { storedKey }: ScramKeys, message: string, proof: Buffer): boolean {
  const signature = hmac(hash, storedKey, message)
  const clientKey = Buffer.from(proof.map((octet, index) => octet ^ (signature[index] ?? 0)))
  return timingSafeEqual(digest(hash, clientKey), storedKey)
}

export function serverSignature(hash: ScramHash, { serverKey }: ScramKeys, message: string): Buffer {
  return hmac(hash, serverKey, message)
}
