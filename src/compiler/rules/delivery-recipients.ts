/**
 * Where mail to the recipients of a message goes once rules have put other addresses in their place (`deliver_to`), and what
 * the answers for those addresses mean for the recipients the client named.
 */
import { addressKey } from '../../core/mail/address.ts'
import type { DeliveryOutcome, DeliveryRecipient } from '../../core/delivery.ts'
import { destinationsOf, type Recipient } from '../../core/session.ts'

export interface Destinations {
  /** Each address once, with the parameters of the first recipient that it stands for. */
  readonly recipients: readonly DeliveryRecipient[]
  /** One outcome for each recipient of the client, from one for each destination. */
  readonly answersFor: (outcomes: readonly DeliveryOutcome[]) => readonly DeliveryOutcome[]
}

export function destinationsFor(recipients: readonly Recipient[]): Destinations {
  const places = new Map<string, number>()
  const destinations: DeliveryRecipient[] = []
  const owners = recipients.map((recipient) =>
    destinationsOf(recipient).map((address) => {
      const key = addressKey(address)
      const place = places.get(key) ?? destinations.push({ address, params: recipient.params }) - 1
      places.set(key, place)
      return place
    }),
  )
  return {
    recipients: destinations,
    answersFor: (outcomes) => owners.map((own) => worst(own.flatMap((place) => outcomes[place] ?? []))),
  }
}

const BY_GRAVITY: readonly DeliveryOutcome['kind'][] = ['delivered', 'refused', 'deferred']

const UNANSWERED: DeliveryOutcome = { kind: 'deferred', text: 'Delivery failed, please try again later' }

/** A client that comes again may still reach whoever was deferred; one that was refused will not come again. */
function worst(outcomes: readonly DeliveryOutcome[]): DeliveryOutcome {
  const [first = UNANSWERED, ...others] = outcomes
  return others.reduce((bad, one) => (gravity(one) > gravity(bad) ? one : bad), first)
}

function gravity({ kind }: DeliveryOutcome): number {
  return BY_GRAVITY.indexOf(kind)
}
