/**
 * What a plugin answers: a return code, with a text for the client.
 *
 * The codes are qpsmtpd's. YIELD does not exist here: every handler may be asynchronous.
 */
import type { Hook } from './hook.ts'

export const RETURN_CODES = [
  'DECLINED',
  'OK',
  'DENY',
  'DENYSOFT',
  'DENY_DISCONNECT',
  'DENYSOFT_DISCONNECT',
  'DONE',
] as const
export type ReturnCode = (typeof RETURN_CODES)[number]

export function isReturnCode(name: string): name is ReturnCode {
  return (RETURN_CODES as readonly string[]).includes(name)
}

const REFUSALS: ReadonlySet<ReturnCode> = new Set(['DENY', 'DENYSOFT', 'DENY_DISCONNECT', 'DENYSOFT_DISCONNECT'])
const TEMPORARY: ReadonlySet<ReturnCode> = new Set(['DENYSOFT', 'DENYSOFT_DISCONNECT'])

/** DENY, DENYSOFT and their disconnecting forms. */
export function isRefusal(code: ReturnCode): boolean {
  return REFUSALS.has(code)
}

/** A refusal that asks the client to come back (4yz). */
export function isTemporary(code: ReturnCode): boolean {
  return TEMPORARY.has(code)
}

export interface Verdict {
  readonly code: ReturnCode
  /** Text for the client. May hold line feeds: each line becomes one line of the reply. */
  readonly message?: string
  /** Enhanced status code (RFC 3463) such as `5.7.1`; the reply table has a default for each hook and code. */
  readonly status?: string
  /** Reply code instead of the hook's own for this answer, of the same class: 551 for who has moved. */
  readonly replyCode?: number
  /** Decide now, speak at this later hook. */
  readonly replyAt?: Hook
  /**
   * At `queue`, from a delivery that can tell: one for each recipient of the transaction, in its order. Clients who hear a
   * reply for each recipient (LMTP, PRDR) hear these; for others the verdict itself counts.
   */
  readonly perRecipient?: readonly Verdict[]
}

/** `verdict('DENY', 'No such member')` */
export function verdict(code: ReturnCode, message?: string, status?: string): Verdict {
  return { code, ...(message !== undefined && { message }), ...(status !== undefined && { status }) }
}
