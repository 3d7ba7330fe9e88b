/** Keys as a store of SCRAM secrets holds them (RFC 5802 section 3). */
import type { StoredSecret } from '../../../src/core/auth.ts'
import { keysFrom, saltedPassword, type ScramHash } from '../../../src/smtp/sasl/scram-keys.ts'

export async function scramSecret(
  hash: ScramHash,
  password: string,
  salt: Buffer = Buffer.from('QSXCR+Q6sek8bf92', 'base64'),
  iterations = 4096,
): Promise<StoredSecret> {
  const keys = keysFrom(hash, await saltedPassword(hash, password, salt, iterations))
  return { kind: 'scram', hash, salt, iterations, ...keys }
}
