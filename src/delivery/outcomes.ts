/**
 * Many outcomes, one answer.
 *
 * A client of plain SMTP hears one reply for all its recipients (RFC 5321 section 4.2.5), and Postern has no queue and sends
 * no bounces. So `delivered` means everybody. When somebody has to be tried again the answer is deferred; when the rest was
 * refused for good it is refused, naming them, and the sender hears of it from the client's bounce. No recipient is lost
 * in silence.
 */
import { formatAddress } from '../core/mail/address.ts'
import type { DeliveryOutcome, DeliveryRecipient, DeliveryResult } from '../core/delivery.ts'

/** One outcome for each recipient, at least one. */
export function combine(
  outcomes: readonly DeliveryOutcome[],
  recipients: readonly DeliveryRecipient[],
): DeliveryResult {
  return { ...forAll(outcomes, recipients), perRecipient: outcomes }
}

export function sameForAll(outcome: DeliveryOutcome, recipients: readonly DeliveryRecipient[]): DeliveryResult {
  return { ...outcome, perRecipient: recipients.map(() => outcome) }
}

function forAll(outcomes: readonly DeliveryOutcome[], recipients: readonly DeliveryRecipient[]): DeliveryOutcome {
  const worst = firstOf('deferred', outcomes) ?? firstOf('refused', outcomes) ?? outcomes[0]
  if (worst === undefined) throw new Error('there is no recipient')
  if (worst.kind === 'delivered' || firstOf('delivered', outcomes) === undefined) return worst
  if (worst.kind === 'deferred') return { ...worst, text: `Not all recipients have it yet. ${worst.text}` }
  const refused = recipients.filter((_, index) => outcomes[index]?.kind === 'refused')
  return { ...worst, text: `Only these recipients do not get it: ${named(refused)}. ${worst.text}` }
}

function firstOf(kind: DeliveryOutcome['kind'], outcomes: readonly DeliveryOutcome[]): DeliveryOutcome | undefined {
  return outcomes.find((outcome) => outcome.kind === kind)
}

const MOST_NAMED = 10

function named(recipients: readonly DeliveryRecipient[]): string {
  const names = recipients.slice(0, MOST_NAMED).map(({ address }) => formatAddress(address))
  const more = recipients.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
