/** What a mail server that asks us is told, and how its protocol is read: what the two protocols of this folder share. */
import type { LimitName } from '../core/limits.ts'
import type { MaybePromise } from '../core/truth.ts'
import type { Reader, Reading } from '../smtp/input-queue.ts'
import type { Reply } from '../smtp/reply.ts'

export interface Said {
  /** One character for each octet. */
  readonly octets?: string
  /** The connection ends after it; why, for the log, where that is a fault of the other side. */
  readonly close?: true
  readonly because?: string
  readonly limit?: LimitName | undefined
}

export type Taken = Reading<Said>

/** One side of a protocol, as a state machine over octets. */
export interface Machine extends Reader<Taken> {
  /** A question has begun to come in and is not complete. */
  readonly isPartial: boolean
  /** A message is under way: its mail server is in need of an answer. */
  readonly isOpen: boolean
  /** What is said when a step failed. */
  failed(): Said
  /** The mail server has gone, or is sent away: nobody waits any more, and no answer counts. */
  hurry(): void
  /** Last hooks run. To be called once, after `hurry` and the last step. */
  end(): MaybePromise<void>
}

/** A client is to be told this, by the mail server. */
export interface Refusal {
  readonly reply: Reply
  /** The client is to be sent away as well. */
  readonly close: boolean
}

/** 521 (RFC 7504) and 421 are how mail servers are told to hang up. */
export function replyTo({ reply, close }: Refusal): Reply {
  if (!close) return reply
  return { ...reply, code: reply.code < 500 ? 421 : 521 }
}
