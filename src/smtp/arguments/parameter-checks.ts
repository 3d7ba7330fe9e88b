/** What the parameters of MAIL and RCPT may say, each by its own RFC. A check answers with the refusal, if any. */
import { parseMailbox } from '../../core/mail/address.ts'
import { MAIL_DSN, RCPT_DSN } from '../../core/mail/dsn.ts'
import { fromXtext } from '../../core/mail/xtext.ts'
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

function valid(isValid: (value: string) => boolean, refusal: Reply): ParameterCheck {
  return (value) => (value !== true && isValid(value) ? undefined : refusal)
}

function matching(pattern: RegExp, refusal: Reply): ParameterCheck {
  return valid((value) => pattern.test(value), refusal)
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

export const ret = valid(MAIL_DSN.RET, RET_SYNTAX)
export const envid = valid(MAIL_DSN.ENVID, ENVID_SYNTAX)
export const notify = valid(RCPT_DSN.NOTIFY, NOTIFY_SYNTAX)
export const originalRecipient = valid(RCPT_DSN.ORCPT, ORCPT_SYNTAX)

/** RFC 4954 section 5: `<>`, or an address in xtext. */
export const identity: ParameterCheck = (value) => {
  if (value === '<>') return undefined
  const address = value === true ? undefined : fromXtext(value)
  return address !== undefined && parseMailbox(address) ? undefined : AUTH_SYNTAX
}
