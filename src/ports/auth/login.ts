/**
 * What a backend is told about a login, and how its answer becomes a match.
 *
 * A backend answers true or false. One that is down, slow, or speaks nonsense throws, which is unknown: never a hit, and
 * never a wrong password. A password that was not shown (the client proved it, or has a token) is nobody's here: a miss.
 */
import type { HookContext } from '../../core/context.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Schema } from '../../core/schema.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Match } from '../../core/word.ts'
import { beforeAbort, withTimeLimit } from '../../delivery/time-limit.ts'
import { gate } from '../gate.ts'

/** The backend did not answer, or not in its protocol. The message is a plain sentence about it. */
export class BackendFault extends Error {
  override readonly name = 'BackendFault'
}

export interface UserName {
  /** As the client gave it, prepared with SASLprep. */
  readonly user: string
  /** What stands before the last `@`; all of it when there is none. */
  readonly local: string
  readonly domain: string | undefined
}

export interface Login extends UserName {
  /** Never empty, without NUL. */
  readonly password: string
}

export type Check = (login: Login, context: HookContext, signal: AbortSignal) => Promise<boolean>

/** Longer than Dovecot makes a client wait that has failed before, shorter than a rule may take. */
export const TIMEOUT = {
  type: 'string',
  format: 'duration',
  default: '20s',
  description: 'Time for the whole answer; what has not been found out by then is unknown',
} as const satisfies Schema

export const SEND = {
  type: 'string',
  enum: ['user', 'local_part'],
  default: 'user',
  description: 'What the backend is told: the user name as given, or what stands before the last @ of it',
} as const satisfies Schema

export function nameFor(send: (typeof SEND.enum)[number], { user, local }: UserName): string {
  return send === 'user' ? user : local
}

export function userName(user: string): UserName {
  const at = user.lastIndexOf('@')
  return at < 0
    ? { user, local: user, domain: undefined }
    : { user, local: user.slice(0, at), domain: user.slice(at + 1) }
}

export const NOBODY: Match = { truth: 'unknown', because: 'nobody is logging in here' }
export const WRONG: Match = { truth: 'miss', because: 'wrong user or password' }

/** Logins that one rule has under way at the same time; more of them wait, on their own time. */
const MOST_AT_ONCE = 20

/** For words that can only check a password that they are shown. */
export function passwordMatcher(timeout: number, check: Check): (context: HookContext) => MaybePromise<Match> {
  const ask = bounded(MOST_AT_ONCE, timeout)
  return (context) => {
    const { attempt } = context
    if (!attempt) return NOBODY
    const { phase, user, password } = attempt
    if (phase === 'lookup' || password === undefined) return { truth: 'miss', because: 'it can only check passwords' }
    if (password === '' || `${user}${password}`.includes('\0')) return WRONG
    return ask(context, async (signal) =>
      (await check({ ...userName(user), password }, context, signal)) ? { truth: 'hit' } : WRONG,
    )
  }
}

type Bounded = (context: HookContext, work: (signal: AbortSignal) => Promise<Match>) => Promise<Match>

/** At most so many at once, each within its time. The signal aborts when that is over, and the place is free again. */
export function bounded(most: number, timeout: number): Bounded {
  const enter = gate(most)
  return async ({ ports, signal }, work) => {
    try {
      const match = await withTimeLimit(ports.clock, timeout, (expiry) => {
        const until = signal ? AbortSignal.any([signal, expiry]) : expiry
        const inside = async (): Promise<Match | undefined> =>
          until.aborted ? undefined : beforeAbort(until, work(until))
        return beforeAbort(until, enter(inside))
      })
      return match ?? unknown(`no answer within ${timeout} ms`)
    } catch (fault) {
      return unknown(reasonOf(fault))
    }
  }
}

function unknown(because: string): Match {
  return { truth: 'unknown', because }
}
