/**
 * An authentication exchange (RFC 4422 section 3): challenges out, responses in, a decision at the end.
 *
 * The exchange has no socket and decides nothing itself: `ask` does. Octets here are what stands inside base64. What SMTP
 * cannot say together with success (SCRAM's last word) is a challenge that the client answers with an empty response
 * (RFC 4954 section 4). A cancelled exchange is simply not continued.
 */
import type { AuthAttempt } from '../../core/auth.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'

/** `deny` is also the answer when nobody decided; `temporary`: some backend did not answer. */
export type AuthAnswer = 'accept' | 'deny' | 'temporary'

export interface SaslOptions {
  /** Our own name, for the challenge of CRAM-MD5. */
  readonly hostname: string
  /** Asks the rules of the `auth` hook. Asked in phase `lookup` first where the mechanism needs a stored secret. */
  readonly ask: (attempt: AuthAttempt) => MaybePromise<AuthAnswer>
  /** Octets that nobody can foresee. */
  readonly randomBytes: (count: number) => Buffer
  /** Secret of the process, 32 random octets. What unknown users are shown is made from it, so it stays the same for each. */
  readonly processKey: Buffer
  /** Iterations shown for users whose secret is stored in clear, and for unknown ones (RFC 7677: at least 4096). */
  readonly iterations: number
  /**
   * Channel bindings of this connection by name: `tls-exporter` (RFC 9266), `tls-server-end-point` (RFC 5929). Empty
   * where no `-PLUS` mechanism was offered: a client that thinks none was offered is refused otherwise.
   */
  readonly channelBindings: ReadonlyMap<string, Buffer>
}

/**
 * `malformed`: the response is none of this mechanism (501 5.5.2). `denied`: wrong user, password or proof, or policy says
 * no; which of them is not told (535 5.7.8). `temporary`: could not be found out (454 4.7.0).
 */
export type SaslFailure = 'malformed' | 'denied' | 'temporary'

export type SaslEnd =
  | { readonly kind: 'done'; readonly user: string }
  | { readonly kind: 'failed'; readonly because: SaslFailure }

export type SaslStep = SaslEnd | { readonly kind: 'challenge'; readonly challenge: Buffer }

export interface SaslExchange {
  /**
   * Goes on with the client's response, at first with its initial response; undefined when it sent none. Throws when the
   * exchange is over or the last response is still being worked on. Rejects when `ask` does.
   */
  next(response: Buffer | undefined): MaybePromise<SaslStep>
}

/** What follows from a response. */
export type Turn = (response: Buffer) => MaybePromise<Move>
export type Move = SaslEnd | { readonly kind: 'challenge'; readonly challenge: Buffer; readonly turn: Turn }

export interface Opening {
  readonly challenge: Buffer
  readonly turn: Turn
  /** The client cannot begin: an initial response is malformed (RFC 4954 section 4). */
  readonly serverFirst?: boolean
}

export function failed(because: SaslFailure): SaslEnd {
  return { kind: 'failed', because }
}

export function challenge(octets: Buffer | string, turn: Turn): Move {
  return { kind: 'challenge', challenge: Buffer.from(octets), turn }
}

/** RFC 4954 section 4: the longest line of an exchange, in base64. */
export const EXCHANGE_LINE_OCTETS = 12_288
const RESPONSE_OCTETS = (EXCHANGE_LINE_OCTETS / 4) * 3

export function exchange({ challenge: first, turn: begin, serverFirst = false }: Opening): SaslExchange {
  let expected: Turn | undefined
  let begun = false

  const settle = (move: Move): SaslStep => {
    if (move.kind !== 'challenge') return move
    expected = move.turn
    return { kind: 'challenge', challenge: move.challenge }
  }

  return {
    next(response) {
      const isFirst = !begun
      begun = true
      if (isFirst && response === undefined) return settle({ kind: 'challenge', challenge: first, turn: begin })
      const current = isFirst ? begin : expected
      expected = undefined
      if (!current || response === undefined) throw new Error('it is not the turn of the client')
      if ((isFirst && serverFirst) || response.length > RESPONSE_OCTETS) return failed('malformed')
      return andThen(current(response), settle)
    },
  }
}
