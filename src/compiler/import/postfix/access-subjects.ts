/** What access tables are asked about: names and addresses of clients, HELO names, senders, recipients. */
import type { ListKind } from '../../../core/list.ts'
import type { Fields, Json, RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { type ActionPlace, actionIn, type Refusal, rulesFor } from './actions.ts'
import type { PostfixContext } from './context.ts'

/** What a table is asked about. */
export interface Subject {
  readonly name: 'client' | 'helo' | 'sender' | 'recipient' | 'reverse_client_hostname'
  /** Facts that patterns are tried on. */
  readonly facts: readonly string[]
  /** Facts that keys are looked up for, in order, with the kind of list and what else must hold. */
  readonly keys: readonly {
    readonly fact: string
    readonly of: ListKind
    readonly first?: Fields
    readonly isIp?: true
    readonly isUser?: true
  }[]
  readonly refusal: Refusal
}

export const NAME_OF_CLIENT = 'fcrdns.name'

export const SUBJECTS: Readonly<Record<Subject['name'], Subject>> = {
  client: {
    name: 'client',
    facts: [NAME_OF_CLIENT, 'remote_ip'],
    keys: [
      { fact: NAME_OF_CLIENT, of: 'pattern', first: { fcrdns: true } },
      { fact: 'remote_ip', of: 'ip', isIp: true },
    ],
    refusal: { subject: '<${remote_host | unknown}[${remote_ip}]>: Client host rejected' },
  },
  reverse_client_hostname: {
    name: 'reverse_client_hostname',
    facts: ['remote_host'],
    keys: [{ fact: 'remote_host', of: 'domain' }],
    refusal: { subject: '<${remote_host | unknown}[${remote_ip}]>: Unverified Client host rejected' },
  },
  helo: {
    name: 'helo',
    facts: ['helo'],
    keys: [{ fact: 'helo', of: 'domain' }],
    refusal: { subject: '<${helo}>: Helo command rejected' },
  },
  sender: {
    name: 'sender',
    facts: ['sender'],
    keys: [
      { fact: 'sender', of: 'address' },
      { fact: 'sender.user', of: 'string', isUser: true },
    ],
    refusal: { subject: '<${sender}>: Sender address rejected' },
  },
  recipient: {
    name: 'recipient',
    facts: ['rcpt'],
    keys: [
      { fact: 'rcpt', of: 'address' },
      { fact: 'rcpt.user', of: 'string', isUser: true },
    ],
    refusal: { subject: '<${rcpt}>: Recipient address rejected' },
  },
}

export interface AccessUse {
  readonly subject: Subject
  readonly table: PlacedText
  /** The restriction with its table, for summaries. */
  readonly summary: string
  readonly id: string
  readonly parentsMatch: boolean
  /** Rules for a value that names restrictions. */
  readonly restrictions: (value: PlacedText, when: Json) => Promise<readonly RuleDraft[]>
}

export function placeFor(when: Json, { id, summary, subject }: AccessUse, at: PlacedText): ActionPlace {
  return { id, summary, when, refusal: subject.refusal, at }
}

export async function actionRules(
  value: PlacedText,
  place: ActionPlace,
  use: AccessUse,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const action = actionIn(value)
  return action.kind === 'restrictions' ? use.restrictions(value, place.when) : rulesFor(action, place, context)
}
