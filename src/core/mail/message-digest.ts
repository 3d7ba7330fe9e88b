/**
 * What a message is known by when its client comes back with it (RFC 5321 section 4.5.4.1): its sender, its content's body
 * and the fields that a client does not change between two tries.
 */
import { createHash } from 'node:crypto'
import { type Address, addressText } from './address.ts'
import type { Message } from './message.ts'

/** Our own trace fields differ at each try, and so may what rules added. */
const LASTING_FIELDS = ['Message-ID', 'Date', 'From', 'To', 'Subject']

/** Clients give up after four to five days. In milliseconds. */
export const LONGEST_RETRY = 5 * 24 * 60 * 60 * 1000

export async function messageDigest(sender: Address, message: Message): Promise<string> {
  const hash = createHash('sha256').update(`${addressText(sender)}\0`)
  for (const name of LASTING_FIELDS) hash.update(`${JSON.stringify(message.values(name))}\0`)
  for await (const chunk of message.body.read()) hash.update(chunk)
  return hash.digest('base64')
}
