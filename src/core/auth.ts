/**
 * An authentication attempt as the `auth` hook sees it.
 *
 * Mechanisms that show the password (PLAIN, LOGIN) or a token are asked once, in phase `verify`. Challenge mechanisms need
 * what is stored before the client can prove that it knows the password, so the hook runs twice: in the phase `lookup` a
 * word that stores secrets hands over the user's with `provide` and answers miss; in the phase `verify` it answers hit
 * when its secret was the one that was proved. Words that can only check a password answer miss to both.
 */
export type StoredSecret =
  | { readonly kind: 'clear'; readonly password: string }
  | {
      /** RFC 5802 section 3. */
      readonly kind: 'scram'
      readonly hash: 'sha1' | 'sha256'
      readonly salt: Buffer
      readonly iterations: number
      readonly storedKey: Buffer
      readonly serverKey: Buffer
    }

export interface AuthAttempt {
  readonly phase: 'lookup' | 'verify'
  /** Upper case: `PLAIN`, `SCRAM-SHA-256-PLUS`. */
  readonly mechanism: string
  /** Authentication identity (RFC 4422), prepared with SASLprep (RFC 4013). */
  readonly user: string
  /** PLAIN and LOGIN. */
  readonly password: string | undefined
  /** XOAUTH2 and OAUTHBEARER. */
  readonly token: string | undefined
  /** In phase `lookup`: the first secret that the mechanism can use is used. `by` is the instance that provides it. */
  readonly provide: (by: object, secret: StoredSecret) => void
  /** In phase `verify` of a challenge mechanism: who provided the secret that the client has proved to know. */
  readonly provedBy: object | undefined
}
