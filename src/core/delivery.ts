/**
 * Where accepted mail goes.
 *
 * Postern has no queue: a target answers `delivered` only when it has the message durably (file and directory synced, or
 * the next server's own 250), and the client hears 250 only then.
 */
import type { Address } from './address.ts'
import type { Message } from './message.ts'

export interface DeliveryJob {
  /** Transaction id. */
  readonly id: string
  readonly sender: Address
  readonly recipients: readonly Address[]
  readonly message: Message
  readonly hostname: string
  readonly client: { readonly ip: string; readonly host: string | undefined; readonly hello: string | undefined }
}

export type DeliveryResult =
  | { readonly kind: 'delivered'; readonly text: string }
  | { readonly kind: 'deferred'; readonly text: string; readonly status?: string }
  | { readonly kind: 'refused'; readonly text: string; readonly status?: string }

export interface DeliveryTarget {
  /** For logs and `explain`: `maildir:/var/mail/incoming`. Holds no password. */
  readonly name: string
  /** May reject: a rejection means deferred. */
  deliver(job: DeliveryJob): Promise<DeliveryResult>
}
