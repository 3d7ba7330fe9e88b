/**
 * Asks the rules of the `auth` hook on behalf of a mechanism.
 *
 * A secret that was not proved is never enough, whatever the rules answer; they are asked all the same, so that what they
 * count and say does not depend on the mechanism.
 */
import type { StoredSecret } from '../../core/auth.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import { type AuthAnswer, failed, type SaslEnd, type SaslOptions } from './exchange.ts'

export interface Claimant {
  readonly mechanism: string
  readonly user: string
}

/** What the client shows: one of them. */
export interface Shown {
  readonly password?: string
  readonly token?: string
}

const NOTHING_WANTED = (): void => undefined

/** Mechanisms that show a password or a token. */
export function askAbout({ ask }: SaslOptions, claimant: Claimant, shown: Shown): MaybePromise<SaslEnd> {
  const answer = ask({
    phase: 'verify',
    ...claimant,
    password: shown.password,
    token: shown.token,
    provide: NOTHING_WANTED,
    provedBy: undefined,
  })
  return andThen(answer, (settled) => endOf(settled, claimant.user))
}

export interface LookedUp<Secret> {
  /** Undefined for a user that nobody knows, or whose secret does not serve this mechanism. */
  readonly stored: { readonly by: object; readonly secret: Secret } | undefined
  readonly answer: AuthAnswer
}

/** Challenge mechanisms, first: what is stored for the user. The first secret that the mechanism can use counts. */
export function lookUp<Secret extends StoredSecret>(
  { ask }: SaslOptions,
  claimant: Claimant,
  isUsable: (secret: StoredSecret) => secret is Secret,
): MaybePromise<LookedUp<Secret>> {
  let stored: LookedUp<Secret>['stored']
  const answer = ask({
    phase: 'lookup',
    ...claimant,
    password: undefined,
    token: undefined,
    provide: (by, secret) => {
      if (isUsable(secret)) stored ??= { by, secret }
    },
    provedBy: undefined,
  })
  return andThen(answer, (settled) => ({ stored, answer: settled }))
}

/** Challenge mechanisms, then: whether the rules take a user who proved his secret, or did not. */
export function askAboutProof(
  { ask }: SaslOptions,
  claimant: Claimant,
  { stored, answer: lookedUp }: LookedUp<StoredSecret>,
  isProved: boolean,
): MaybePromise<SaslEnd> {
  const provedBy = isProved ? stored?.by : undefined
  const answer = ask({
    phase: 'verify',
    ...claimant,
    password: undefined,
    token: undefined,
    provide: NOTHING_WANTED,
    provedBy,
  })
  return andThen(answer, (settled) => {
    if (provedBy !== undefined) return endOf(settled, claimant.user)
    return failed(settled === 'temporary' || lookedUp === 'temporary' ? 'temporary' : 'denied')
  })
}

function endOf(answer: AuthAnswer, user: string): SaslEnd {
  if (answer === 'accept') return { kind: 'done', user }
  return failed(answer === 'temporary' ? 'temporary' : 'denied')
}
