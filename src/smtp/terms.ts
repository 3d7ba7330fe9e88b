/** What this client may ask for besides plain SMTP: it follows from the listener and from the client's own address. */
export interface Terms {
  /** STARTTLS is offered; the wire must be able to `startTls`. */
  readonly startTls: boolean
  /** Nothing that matters is done before TLS (RFC 3207 section 4). */
  readonly requireTls: boolean
  readonly xclient: boolean
  readonly xforward: boolean
}

export const PLAIN_TERMS: Terms = { startTls: false, requireTls: false, xclient: false, xforward: false }
