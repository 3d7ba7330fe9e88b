/**
 * Where accepted mail goes.
 *
 * Postern has no queue: a target answers `delivered` only when it has the message durably (file and directory synced, or
 * the next server's own 250), and the client hears 250 only then.
 */
import type { Address } from './mail/address.ts'
import type { Message } from './mail/message.ts'
import type { Ports } from './ports.ts'
import type { Hello, Recipient, Transaction } from './session.ts'

/** What a target asks of the outside world besides its own files and connections. */
export type DeliveryPorts = Pick<Ports, 'clock' | 'resolver' | 'log'>

/** An address with the ESMTP parameters of its RCPT command. */
export type DeliveryRecipient = Pick<Recipient, 'address' | 'params'>

/** The client as the session knows it, for trace fields and for next servers that want to hear of it. */
export interface DeliveryClient {
  readonly ip: string
  readonly port: number
  readonly host: string | undefined
  readonly hello: Hello | undefined
  /** Who logged in. */
  readonly user: string | undefined
}

export interface DeliveryJob {
  /** Transaction id. */
  readonly id: string
  readonly sender: Address
  /** ESMTP parameters of MAIL, names in upper case. */
  readonly mailParams: Transaction['mailParams']
  readonly recipients: readonly DeliveryRecipient[]
  readonly message: Message
  readonly hostname: string
  readonly client: DeliveryClient
  /** The client hears a reply for each recipient (LMTP, PRDR), so a target may deliver to some and not to others. */
  readonly repliesEach: boolean
  readonly ports: DeliveryPorts
}

export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly text: string }
  | { readonly kind: 'deferred'; readonly text: string; readonly status?: string }
  | { readonly kind: 'refused'; readonly text: string; readonly status?: string }

/** The answer for all recipients together: `delivered` means that every one of them has the message. */
export type DeliveryResult = DeliveryOutcome & {
  /** One for each recipient of the job, in its order, from targets that can tell. */
  readonly perRecipient?: readonly DeliveryOutcome[]
}

export interface DeliveryTarget {
  /** For logs and `explain`: `maildir:/var/mail/incoming`. Holds no password. */
  readonly name: string
  /** May reject: a rejection means deferred. */
  deliver(job: DeliveryJob): Promise<DeliveryResult>
}
