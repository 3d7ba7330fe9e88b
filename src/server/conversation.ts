/** What goes on over one connection, whatever the protocol: an SMTP session, or a mail server that asks us (src/attach). */
import type { TlsState } from '../core/net/tls.ts'

export interface Conversation {
  /** Settles when the socket is closed and the last hook has run. */
  readonly over: Promise<void>
  /** To be called once. */
  start(): void
  receive(octets: Buffer): void
  /** The other side will send no more. */
  endInput(): void
  /** The other side has read what it was told. */
  drained(): void
  /** The handshake that the wire was asked for has succeeded. */
  secured(tls: TlsState): void
  /** Ends as soon as nothing is under way. */
  stop(): void
  /** Ends now. */
  abort(): void
  /** The socket is closed, whoever closed it. */
  gone(): void
}
