/**
 * Recipients who have a message although its client was told to come back with it.
 *
 * Where a target answers for each recipient and the client hears one reply for all, some may have the message while
 * others must be tried again. The client then sends it to all of them again (RFC 5321 section 4.5.4.1), so those who have
 * it are remembered, and left out next time. This is memory only: after a restart they get the message twice, which
 * RFC 1047 prefers to losing it.
 */
import { addressText } from '../core/mail/address.ts'
import type { DeliveryJob, DeliveryOutcome, DeliveryResult } from '../core/delivery.ts'
import { LONGEST_RETRY, messageDigest } from '../core/mail/message-digest.ts'
import { combine } from './outcomes.ts'

type Send = (job: DeliveryJob) => Promise<DeliveryResult>

interface Memory {
  readonly recipients: ReadonlySet<string>
  readonly since: number
}

const MOST_MESSAGES = 10_000

export class DeliveredBefore {
  /** The oldest first. */
  readonly #messages = new Map<string, Memory>()

  /** Messages remembered. */
  get size(): number {
    return this.#messages.size
  }

  /** Sends to those who do not have it. `send` is to answer for each recipient. */
  async deliver(job: DeliveryJob, send: Send): Promise<DeliveryResult> {
    if (job.repliesEach || job.recipients.length === 1) return send(job)
    const known = this.#messages.size > 0 ? await messageDigest(job.sender, job.message) : undefined
    const before = known === undefined ? undefined : this.#recall(known, job)
    const waiting = job.recipients.filter(({ address }) => before?.has(addressText(address)) !== true)
    const outcomes = waiting.length === 0 ? [] : await outcomesOf({ ...job, recipients: waiting }, send)
    const next = outcomes.values()
    const all = job.recipients.map((recipient) => (waiting.includes(recipient) ? answered(next) : HAS_IT))
    const result = combine(all, job.recipients)
    if (result.kind === 'deferred') await this.#remember(job, all, known)
    else if (known !== undefined) this.#messages.delete(known)
    return result
  }

  #recall(digest: string, { ports }: DeliveryJob): ReadonlySet<string> | undefined {
    const memory = this.#messages.get(digest)
    if (memory === undefined || ports.clock.now() - memory.since <= LONGEST_RETRY) return memory?.recipients
    this.#messages.delete(digest)
    return undefined
  }

  async #remember(job: DeliveryJob, outcomes: readonly DeliveryOutcome[], known: string | undefined): Promise<void> {
    const served = job.recipients.filter((_, index) => outcomes[index]?.kind === 'delivered')
    if (served.length === 0) return
    const digest = known ?? (await messageDigest(job.sender, job.message))
    this.#messages.delete(digest)
    const recipients = new Set(served.map(({ address }) => addressText(address)))
    this.#messages.set(digest, { recipients, since: job.ports.clock.now() })
    const [oldest] = this.#messages.keys()
    if (this.#messages.size > MOST_MESSAGES && oldest !== undefined) this.#messages.delete(oldest)
  }
}

const HAS_IT: DeliveryOutcome = { kind: 'delivered', text: 'delivered before' }

async function outcomesOf(job: DeliveryJob, send: Send): Promise<readonly DeliveryOutcome[]> {
  const result = await send(job)
  return result.perRecipient ?? job.recipients.map(() => result)
}

function answered(outcomes: Iterator<DeliveryOutcome, undefined>): DeliveryOutcome {
  const { value } = outcomes.next()
  if (value === undefined) throw new Error('a recipient was left without an answer')
  return value
}
