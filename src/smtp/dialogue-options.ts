/** What a session is begun with, whoever its client talks to. */
import type { Limits } from '../core/limits.ts'
import type { Offer } from '../core/offer.ts'
import type { Policies } from '../core/policy.ts'
import type { Entropy, Ports, Spool } from '../core/ports.ts'
import type { Split } from '../core/program.ts'
import type { Connection } from '../core/session.ts'
import type { Dispatch } from '../engine/dispatch.ts'
import type { Terms } from './terms.ts'

export interface DialogueOptions {
  readonly connection: Connection
  readonly hostname: string
  readonly limits: Limits
  /** Plain SMTP without it. */
  readonly terms?: Terms
  /** Which rules decide, for the log. */
  readonly revision: string
  readonly dispatch: Dispatch
  /** What the listener offers; without it, what every listener does. */
  readonly offer?: Offer | undefined
  readonly ports: Ports
  /** Without it recipients have none. */
  readonly policies?: Policies | undefined
  /** Rules after DATA know recipients apart. */
  readonly split?: Split | undefined
  /** Some plugin wants to hear of every line that is logged. */
  readonly tellsLog?: boolean
  readonly entropy: Entropy
  /** For content that is too big for memory, and for temporary files of plugins. */
  readonly spool?: Spool | undefined
  /** Unique texts of letters and digits, for transactions. */
  readonly newId: () => string
  /** Whether the client has sent more than what is being worked on. */
  readonly inputWaits: () => boolean
}
