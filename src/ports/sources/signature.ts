/** Detached signatures with Ed25519 (RFC 8032): 64 octets, or the same in base64. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** What stands before the 32 octets of a key in SubjectPublicKeyInfo (RFC 8410). */
const PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const [KEY_OCTETS, SIGNATURE_OCTETS] = [32, 64]

/** A key in PEM, or its 32 octets in base64. Rejects with a plain sentence. */
export async function readPublicKey(path: string): Promise<KeyObject> {
  const text = (await readFile(path, 'utf8')).trim()
  const raw = Buffer.from(text, 'base64')
  const isRaw = raw.length === KEY_OCTETS && !text.startsWith('-----')
  const key = isRaw
    ? createPublicKey({ key: Buffer.concat([PREFIX, raw]), format: 'der', type: 'spki' })
    : createPublicKey(text)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path} is no Ed25519 key`)
  return key
}

export function isSignedBy(key: KeyObject, body: Buffer, signature: Buffer): boolean {
  const raw =
    signature.length === SIGNATURE_OCTETS ? signature : Buffer.from(signature.toString('latin1').trim(), 'base64')
  return raw.length === SIGNATURE_OCTETS && verify(null, body, key, raw)
}
