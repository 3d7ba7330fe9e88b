/**
 * For words that hold the secrets themselves: a shown password is compared, and challenge mechanisms are given what they
 * need (CRAM-MD5 and SCRAM; see src/core/auth.ts).
 *
 * A user that is not there costs as much as one that is.
 */
import type { AuthAttempt } from '../../core/auth.ts'
import type { HookContext } from '../../core/context.ts'
import { type MaybePromise, truthOf } from '../../core/truth.ts'
import type { Match } from '../../core/word.ts'
import { bounded, NOBODY, type UserName, userName, WRONG } from './login.ts'
import { asStored, isPassword, type Secret } from './secret.ts'

export interface Found {
  /** Undefined when there is no such user. */
  readonly secret: Secret | undefined
  /** What a user that is not there is checked against. */
  readonly decoy: Secret | undefined
}

export type Find = (name: UserName) => Promise<Found>

/** argon2 may take much memory for each. */
const MOST_AT_ONCE = 8

export function storedMatcher(timeout: number, find: Find): (context: HookContext) => MaybePromise<Match> {
  const instance = {}
  const ask = bounded(MOST_AT_ONCE, timeout)
  return (context) => {
    const { attempt } = context
    if (!attempt) return NOBODY
    const { phase, user, password } = attempt
    if (phase === 'verify' && password === undefined) return { truth: truthOf(attempt.provedBy === instance) }
    return ask(context, async () => {
      const found = await find(userName(user))
      return phase === 'lookup' ? provide(attempt, instance, found) : compare(password ?? '', found)
    })
  }
}

function provide(attempt: AuthAttempt, instance: object, { secret }: Found): Match {
  const stored = secret && asStored(secret)
  if (stored) attempt.provide(instance, stored)
  return { truth: 'miss', because: stored ? 'its secret is known' : 'nothing is stored that proves anything' }
}

async function compare(password: string, { secret, decoy }: Found): Promise<Match> {
  const against = secret ?? decoy
  const isEqual = against !== undefined && password !== '' && (await isPassword(against, password))
  return secret && isEqual ? { truth: 'hit' } : WRONG
}
