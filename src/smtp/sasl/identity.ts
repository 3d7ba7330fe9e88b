/** Who a client says it is: UTF-8 and SASLprep for every mechanism, so that a user has one name however he logs in. */
import { isUtf8 } from 'node:buffer'
import { failed, type SaslEnd } from './exchange.ts'
import { saslPrep } from './saslprep.ts'

/** Undefined for octets that are not UTF-8, or hold a NUL. */
export function textOf(octets: Buffer): string | undefined {
  return isUtf8(octets) && !octets.includes(0) ? octets.toString('utf8') : undefined
}

/**
 * The prepared user name, or how the attempt fails. Postern lets nobody act for others: an authorization identity is
 * empty or the user's own (RFC 4616 section 2).
 */
export function userNamed(name: string, authorization = ''): string | SaslEnd {
  const user = saslPrep(name)
  if (user === undefined || user === '') return failed('denied')
  return authorization === '' || saslPrep(authorization) === user ? user : failed('denied')
}
