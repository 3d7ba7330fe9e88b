/**
 * Values of the parameters of DSN (RFC 3461 sections 4.1 to 4.4): what a client may ask for, and what may be passed on.
 *
 * They become part of commands, arguments and files elsewhere, so each is checked where it comes in and where it goes out.
 */
import { isXtext } from './xtext.ts'

export type DsnTable = Readonly<Record<string, (value: string) => boolean>>

/** RFC 3461 section 4.4. */
const ENVID_LENGTH = 100

/** Parameters of MAIL, names in upper case. */
export const MAIL_DSN = {
  RET: (value) => /^(?:FULL|HDRS)$/i.test(value),
  ENVID: (value) => value !== '' && value.length <= ENVID_LENGTH && isXtext(value),
} as const satisfies DsnTable

/** Parameters of RCPT, names in upper case. */
export const RCPT_DSN = { NOTIFY: isNotify, ORCPT: isOriginalRecipient } as const satisfies DsnTable

const NOTIFICATIONS = new Set(['SUCCESS', 'FAILURE', 'DELAY'])

/** Each at most once; NEVER stands alone. */
function isNotify(value: string): boolean {
  const wanted = value.toUpperCase().split(',')
  const isList = wanted.every((one) => NOTIFICATIONS.has(one)) && new Set(wanted).size === wanted.length
  return isList || value.toUpperCase() === 'NEVER'
}

/** A type (RFC 3461 section 4.2; utf-8 by RFC 6533) and an address, both in ASCII. */
const ORCPT = /^[A-Za-z0-9-]{1,60};(.{1,440})$/

function isOriginalRecipient(value: string): boolean {
  const [, address] = ORCPT.exec(value) ?? []
  return address !== undefined && isXtext(address)
}
