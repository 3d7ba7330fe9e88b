/**
 * From a recipient to the directory of its maildir, as qpsmtpd's queue/maildir and spamd name them.
 *
 * No address can lead out of the root: of a value only letters, digits and `-+_.,@=` stay, it is never empty, and it
 * never begins with a dot. Case is ignored, as everywhere with addresses. Recipients that differ in other characters only
 * share a maildir.
 */
import { type Address, localKey } from '../core/mail/address.ts'

/** Throws an Error with a plain sentence for a pattern that cannot tell recipients apart, or leads elsewhere. */
export function checkPattern(pattern: string): void {
  if (!/%[ldu]/.test(pattern)) throw new Error('the sub-directory holds none of %l, %d and %u')
  if (pattern.startsWith('/')) throw new Error('the sub-directory must not begin with a slash: it lies below the path')
  if (pattern.split('/').includes('..')) throw new Error('the sub-directory must not lead upwards')
  if (pattern.includes('\0')) throw new Error('the sub-directory must not hold a NUL')
}

/** The bare postmaster is the postmaster of this host. */
export function directoryFor(recipient: Address, pattern: string, hostname: string): string {
  if (recipient.kind === 'null') throw new Error('the null address is no recipient')
  const local = safe(recipient.kind === 'postmaster' ? 'postmaster' : localKey(recipient.local))
  const domain = safe(recipient.kind === 'postmaster' ? hostname : recipient.domain)
  const values = new Map([
    ['%l', local],
    ['%d', domain],
    ['%u', `${local}@${domain}`],
  ])
  return pattern.replace(/%[ldu]/g, (key) => values.get(key) ?? key)
}

function safe(value: string): string {
  const plain = value.replace(/[^-A-Za-z0-9+_.,@=]/g, '_').replace(/^\./, '_')
  return plain === '' ? '_' : plain
}
