/** What the supervising process and its workers say to each other. */
import type { ClientPlace } from '../client-count.ts'
import type { Problem } from './loading.ts'
import type { Sample } from './metrics.ts'

export type ToWorker =
  | { readonly kind: 'begin'; readonly path: string; readonly number: number; readonly maskKey: string }
  /** Comes with the socket, unless the client has gone meanwhile. */
  | {
      readonly kind: 'connection'
      readonly key: number
      readonly listener: string
      /** Absent for who has not been announced yet. */
      readonly clientSessions?: number | undefined
    }
  /** Whether a client that was announced may come in, or the limit that is in its way. */
  | ({ readonly kind: 'place'; readonly key: number } & ClientPlace)
  /** Load the site and hold it ready. */
  | { readonly kind: 'prepare'; readonly round: number }
  /** What was prepared serves from now on. */
  | { readonly kind: 'commit'; readonly round: number }
  | { readonly kind: 'abandon'; readonly round: number }
  | { readonly kind: 'reopen' }
  /** Seconds for open transactions. */
  | { readonly kind: 'stop'; readonly grace: number }

export type FromWorker =
  | { readonly kind: 'ready'; readonly revision: string }
  | { readonly kind: 'prepared'; readonly round: number; readonly revision: string }
  | { readonly kind: 'unprepared'; readonly round: number; readonly problems: readonly Problem[] }
  /** A proxy has said whose connection it is. */
  | { readonly kind: 'announced'; readonly key: number; readonly ip: string }
  /** The connection is closed. */
  | { readonly kind: 'left'; readonly key: number }
  /** Comes every few seconds: whoever is silent is stuck. */
  | { readonly kind: 'report'; readonly sessions: number; readonly samples: readonly Sample[] }
