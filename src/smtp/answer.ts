/** What a step of a session results in, and how the session listens for the next one. */
import type { LimitName } from '../core/limits.ts'
import type { MaybePromise } from '../core/truth.ts'
import type { Reader, Reading } from './input-queue.ts'
import type { Reply } from './reply.ts'

export interface Answer {
  /** Absent: nothing is said. */
  readonly reply?: Reply | undefined
  /** Instead of one reply, several: to one recipient each. */
  readonly replies?: readonly Reply[] | undefined
  /** The reply is a decision of policy and in the log already. */
  readonly logged?: boolean
  /** The session ends after the reply. */
  readonly close?: boolean
  /** A TLS handshake follows the reply. */
  readonly startTls?: boolean
  /** How to read what the client sends next; absent: as commands. */
  readonly listen?: Mode
  /** What is left to do once the client was told. */
  readonly after?: () => MaybePromise<void>
}

/** A way to read octets: as commands, as the content of a message. */
export interface Mode extends Reader<Taken> {
  /** How long the client has for what is read this way, from the last reply on. */
  readonly timeout: LimitName & `${string}_timeout`
  /** How slowly it may come. */
  readonly rate?: 'data_rate'
}

export interface Taken extends Reading<Answer> {
  /** What the client is sending is not complete: the same mode goes on, and so does its time. */
  readonly partial?: boolean
}
