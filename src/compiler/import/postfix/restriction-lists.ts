/** The lists of restrictions, where each is asked, and the plugins that every imported site has. */
import { printPlugin, type RuleDraft } from '../draft.ts'
import { SUBJECTS } from './access-subjects.ts'
import { statusFor } from './actions.ts'
import type { Parameters } from './main-cf.ts'
import type { Step } from './restriction-row.ts'

export interface RestrictionList {
  readonly parameter: string
  /** Where it is asked without smtpd_delay_reject. */
  readonly hook: string
  readonly step: Step
  readonly subject: string
}

export const LISTS = {
  client: {
    parameter: 'smtpd_client_restrictions',
    hook: 'connect',
    step: 'client',
    subject: SUBJECTS.client.refusal.subject,
  },
  helo: {
    parameter: 'smtpd_helo_restrictions',
    hook: 'helo, ehlo',
    step: 'helo',
    subject: SUBJECTS.helo.refusal.subject,
  },
  sender: {
    parameter: 'smtpd_sender_restrictions',
    hook: 'mail',
    step: 'sender',
    subject: SUBJECTS.sender.refusal.subject,
  },
  relay: {
    parameter: 'smtpd_relay_restrictions',
    hook: 'rcpt',
    step: 'recipient',
    subject: SUBJECTS.recipient.refusal.subject,
  },
  recipient: {
    parameter: 'smtpd_recipient_restrictions',
    hook: 'rcpt',
    step: 'recipient',
    subject: SUBJECTS.recipient.refusal.subject,
  },
  data: {
    parameter: 'smtpd_data_restrictions',
    hook: 'data',
    step: 'sender',
    subject: '<DATA>: Data command rejected',
  },
  message: {
    parameter: 'smtpd_end_of_data_restrictions',
    hook: 'data_post',
    step: 'sender',
    subject: '<END-OF-MESSAGE>: End-of-data rejected',
  },
} as const satisfies Readonly<Record<string, RestrictionList>>

/** A plugin of the new site and the listeners it is for; all of them without. */
export interface MadePlugin {
  readonly name: string
  readonly text: string
  readonly listeners?: readonly string[]
}

export function hookOf({ hook }: RestrictionList, parameters: Parameters): string {
  const isLater = hook === 'data' || hook === 'data_post'
  return !isLater && parameters.isOn('smtpd_delay_reject') ? 'rcpt' : hook
}

export function soft(rule: RuleDraft): RuleDraft {
  if (rule.return !== 'DENY' && rule.return !== 'DENY_DISCONNECT') return rule
  const { reply_code: _, ...rest } = rule
  const status = rule.status ?? '5.7.1'
  return {
    ...rest,
    return: rule.return === 'DENY' ? 'DENYSOFT' : 'DENYSOFT_DISCONNECT',
    status: statusFor('DENYSOFT', status),
  }
}

export function accepted(): MadePlugin {
  const rule: RuleDraft = { id: 'accepted', match: 'always', return: 'OK' }
  const summary = 'Accepts recipients whom no restriction refused, as Postfix does.'
  return { name: 'accepted', text: printPlugin({ plugin: 'accepted', summary, hooks: { rcpt: [rule] } }) }
}

export function discarded(notes: readonly string[]): MadePlugin {
  const any = notes.map((note) => ({ [note]: true }))
  const rule: RuleDraft = { id: 'discard', match: { any }, deliver: { discard: {} } }
  const summary = 'Takes and forgets messages for which a table says DISCARD.'
  return { name: 'discarded', text: printPlugin({ plugin: 'discarded', summary, hooks: { queue: [rule] } }) }
}
