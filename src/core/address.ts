/**
 * Mail addresses (RFC 5321 section 4.1.2). The null sender and the bare postmaster are kinds, not special texts.
 *
 * Addresses are made by `parsePath` and `mailbox` only, so rules and targets never see one that is not canonical.
 */
export type Address =
  | { readonly kind: 'null' }
  | { readonly kind: 'postmaster' }
  | {
      readonly kind: 'mailbox'
      /** Unquoted local part, case kept. */
      readonly local: string
      /** Lower-case A-labels without a trailing dot, or a literal in brackets in canonical form. */
      readonly domain: string
    }
