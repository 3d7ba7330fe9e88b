/** Addresses for tests: `address('ann@example.org')`, `address('')` for the null sender. */
import { type Address, NULL_SENDER, parseMailbox, POSTMASTER } from '../../src/core/mail/address.ts'

export function address(text: string): Address {
  if (text === '') return NULL_SENDER
  if (text === 'postmaster') return POSTMASTER
  const parsed = parseMailbox(text)
  if (parsed === undefined) throw new Error(`the test has no such address: ${text}`)
  return parsed
}
