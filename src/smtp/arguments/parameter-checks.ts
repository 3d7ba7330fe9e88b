/** What the parameters of MAIL and RCPT may say, each by its own RFC. A check answers with the refusal, if any. */
import { parseMailbox } from '../../core/address.ts'
import { fromXtext, isXtext } from '../../core/xtext.ts'
import type { ParameterCheck } from './parameters.ts'
import {
  AUTH_SYNTAX,
  BINARY_BODY_SYNTAX,
  BODY_SYNTAX,
  ENVID_SYNTAX,
  FLAG_SYNTAX,
  MESSAGE_TOO_BIG,
  NOTIFY_SYNTAX,
  ORCPT_SYNTAX,
  RET_SYNTAX,
  SIZE_SYNTAX,
} from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

function matching(pattern: RegExp, refusal: Reply): ParameterCheck {
  return (value) => (value !== true && pattern.test(value) ? undefined : refusal)
}

/** RFC 1870 section 6: nothing but digits. */
const SIZE = /^\d{1,20}$/

export const size: ParameterCheck = (value, limits) => {
  if (value === true || !SIZE.test(value)) return SIZE_SYNTAX
  return Number(value) > limits.message_size ? MESSAGE_TOO_BIG : undefined
}

/** RFC 6152 section 2, RFC 3030 section 3. */
export const body = matching(/^(?:7BIT|8BITMIME)$/i, BODY_SYNTAX)
export const binaryBody = matching(/^(?:7BIT|8BITMIME|BINARYMIME)$/i, BINARY_BODY_SYNTAX)

/** SMTPUTF8 (RFC 6531 section 3.4), REQUIRETLS (RFC 8689 section 2), PRDR: no value. */
export const flag: ParameterCheck = (value) => (value === true ? undefined : FLAG_SYNTAX)

/** RFC 3461 sections 4.1 to 4.4. */
export const ret = matching(/^(?:FULL|HDRS)$/i, RET_SYNTAX)

export const envid: ParameterCheck = (value) =>
  value !== true && value.length <= 100 && isXtext(value) ? undefined : ENVID_SYNTAX

const NOTIFICATIONS = new Set(['SUCCESS', 'FAILURE', 'DELAY'])

/** Each at most once; NEVER stands alone. */
export const notify: ParameterCheck = (value) => {
  const wanted = value === true ? [] : value.toUpperCase().split(',')
  const isList = wanted.every((one) => NOTIFICATIONS.has(one)) && new Set(wanted).size === wanted.length
  return wanted.length > 0 && (isList || (wanted.length === 1 && wanted[0] === 'NEVER')) ? undefined : NOTIFY_SYNTAX
}

/** A type (RFC 3461 section 4.2; utf-8 by RFC 6533) and an address, both in ASCII. */
const ORCPT = /^[A-Za-z0-9-]{1,60};(.{1,440})$/

export const originalRecipient: ParameterCheck = (value) => {
  const [, address] = ORCPT.exec(value === true ? '' : value) ?? []
  return address !== undefined && isXtext(address) ? undefined : ORCPT_SYNTAX
}

/** RFC 4954 section 5: `<>`, or an address in xtext. */
export const identity: ParameterCheck = (value) => {
  if (value === '<>') return undefined
  const address = value === true ? undefined : fromXtext(value)
  return address !== undefined && parseMailbox(address) ? undefined : AUTH_SYNTAX
}
