/** What a listener needs for a mail server that asks us: src/attach stands behind it, above this layer. */
import type { Ports } from '../core/ports.ts'
import type { Position } from '../core/position.ts'
import type { Limits } from '../core/limits.ts'
import type { Connection, Endpoint } from '../core/session.ts'
import type { Dialogue } from '../smtp/dialogue.ts'
import type { Wire } from '../smtp/wire.ts'
import type { Conversation } from './conversation.ts'

/** A client of the mail server, as far as that says who it is. */
export type ClientStart = Pick<Connection, 'remote' | 'local' | 'tls'> & Partial<Pick<Connection, 'anonymous'>>

export interface Attachment {
  readonly position: Position
  readonly wire: Wire
  readonly ports: Pick<Ports, 'clock' | 'log'>
  readonly limits: Limits
  /** The mail server, and where it asks us. */
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly listener: string
  /** A session with one of its clients, by the rules that hold now. */
  readonly begin: (client: ClientStart) => Dialogue
}

export type Attach = (attachment: Attachment) => Conversation
