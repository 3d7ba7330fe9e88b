/**
 * How a mail server and a milter agree on what is sent (SMFIC_OPTNEG): version, edits, and what of the session is told.
 *
 * We take version 2 and later, want to edit header fields, and spare the mail server answers it does not wait for.
 */
import { packet } from './packets.ts'

const OLDEST_VERSION = 2
const VERSION = 6

const ADD_HEADERS = 1 << 0
const CHANGE_HEADERS = 1 << 4
const EDITS = ADD_HEADERS | CHANGE_HEADERS

const QUIET_HEADERS = 1 << 7
const QUIET_BODY = 1 << 19
const LEADING_SPACE = 1 << 20

/** What was agreed on. */
export interface Terms {
  /** Header fields are not answered. */
  readonly quietHeaders: boolean
  /** Pieces of the body are not answered. */
  readonly quietBody: boolean
  /** Values of header fields have the blank behind the colon. */
  readonly leadingSpace: boolean
}

export type Agreement =
  | { readonly ok: true; readonly terms: Terms; readonly answer: string }
  /** A sentence for the log. */
  | { readonly ok: false; readonly because: string }

export function negotiate(offer: Buffer): Agreement {
  if (offer.length < 12) return { ok: false, because: 'an offer is cut short' }
  const [version, edits, steps] = [offer.readUInt32BE(0), offer.readUInt32BE(4), offer.readUInt32BE(8)]
  if (version < OLDEST_VERSION) return { ok: false, because: 'it speaks a version that is too old' }
  if ((edits & EDITS) !== EDITS) return { ok: false, because: 'it does not let us edit header fields' }
  const taken = steps & (QUIET_HEADERS | QUIET_BODY | LEADING_SPACE)
  const terms = {
    quietHeaders: (taken & QUIET_HEADERS) !== 0,
    quietBody: (taken & QUIET_BODY) !== 0,
    leadingSpace: (taken & LEADING_SPACE) !== 0,
  }
  const answer = Buffer.alloc(12)
  answer.writeUInt32BE(Math.min(version, VERSION), 0)
  answer.writeUInt32BE(EDITS, 4)
  answer.writeUInt32BE(taken, 8)
  return { ok: true, terms, answer: packet('O', answer.toString('latin1')) }
}
