/** A server's side of an exchange with a few users behind it: what the rules of the `auth` hook would answer. */
import { createHash } from 'node:crypto'
import type { AuthAttempt, StoredSecret } from '../../../src/core/auth.ts'
import type { MaybePromise } from '../../../src/core/truth.ts'
import type { AuthAnswer, SaslExchange, SaslOptions } from '../../../src/smtp/sasl/exchange.ts'
import { MECHANISMS } from '../../../src/smtp/sasl/mechanisms.ts'

export interface House {
  readonly options: SaslOptions
  readonly attempts: readonly AuthAttempt[]
  readonly start: (mechanism: string) => SaslExchange
}

export interface HouseParts extends Partial<Omit<SaslOptions, 'ask'>> {
  /** Passwords in clear, or stored keys. */
  readonly users?: Readonly<Record<string, string | StoredSecret>>
  readonly tokens?: Readonly<Record<string, string>>
  /** Answers instead of looking, per phase. */
  readonly insteadOf?: Partial<Record<AuthAttempt['phase'], AuthAnswer>>
}

const STORE = {}

/** `policy` answers instead of the users given. */
export function house(
  { users = {}, tokens = {}, insteadOf = {}, ...parts }: HouseParts = {},
  policy?: SaslOptions['ask'],
): House {
  const secrets = new Map(Object.entries(users))
  const attempts: AuthAttempt[] = []
  const ask = (attempt: AuthAttempt): MaybePromise<AuthAnswer> => {
    attempts.push(attempt)
    if (policy) return policy(attempt)
    const secret = secrets.get(attempt.user)
    if (attempt.phase === 'lookup' && secret !== undefined)
      attempt.provide(STORE, typeof secret === 'string' ? { kind: 'clear', password: secret } : secret)
    return insteadOf[attempt.phase] ?? (isRight(attempt, secret, tokens) ? 'accept' : 'deny')
  }
  const options: SaslOptions = {
    hostname: 'mx.example.org',
    ask,
    randomBytes: countingBytes(),
    processKey: Buffer.alloc(32, 7),
    iterations: 4096,
    channelBindings: new Map(),
    ...parts,
  }
  const start = (mechanism: string): SaslExchange => {
    const found = MECHANISMS.get(mechanism)
    if (!found) throw new Error(`no mechanism ${mechanism}`)
    return found.start(options)
  }
  return { options, attempts, start }
}

function isRight(attempt: AuthAttempt, secret: unknown, tokens: Readonly<Record<string, string>>): boolean {
  if (attempt.phase === 'lookup') return false
  if (attempt.token !== undefined) return new Map(Object.entries(tokens)).get(attempt.user) === attempt.token
  return attempt.password === undefined ? attempt.provedBy === STORE : attempt.password === secret
}

/** Different each time, the same in each run. */
function countingBytes(): (count: number) => Buffer {
  let calls = 0
  return (count) => {
    calls += 1
    return createHash('sha512').update(String(calls)).digest().subarray(0, count)
  }
}
