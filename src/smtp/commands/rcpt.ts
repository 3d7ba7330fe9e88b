/** RCPT (RFC 5321 section 4.1.1.3): one more recipient, if a plugin vouches for it. */
import { formatAddress } from '../../core/mail/address.ts'
import type { Command } from '../../core/context.ts'
import { destinationsOf, newRecipient, type Recipient, type Transaction } from '../../core/session.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue, Step } from '../dialogue.ts'
import { type PathSyntax, parsePathArgument, rewritten } from '../arguments/path-argument.ts'
import {
  CHUNKS_BEGUN,
  MAIL_FIRST,
  OTHER_RULES,
  POLICY_AWAY,
  syntaxError,
  TOO_MANY_DELIVERIES,
  TOO_MANY_RECIPIENTS,
} from '../protocol-replies.ts'
import { hasToWait, settle } from '../recipients/terms.ts'

const SYNTAX: PathSyntax = { keyword: 'TO:', status: '5.1.3', command: 'rcpt' }
const NULL_RECIPIENT = syntaxError('5.1.3', 'The null address receives no mail')

export const rcpt: CommandDefinition = {
  run(dialogue, command) {
    const { transaction } = dialogue
    if (transaction === undefined) return { reply: MAIL_FIRST }
    if (dialogue.room.content) return { reply: CHUNKS_BEGUN }
    if (transaction.recipients.length >= dialogue.limits.recipients) return { reply: TOO_MANY_RECIPIENTS }
    return dialogue.ask({
      hook: 'rcpt_pre',
      command,
      go: (ruling) => takeRecipient(dialogue, transaction, rewritten(command, ruling, SYNTAX)),
    })
  },
}

function countDestinations(recipients: readonly Recipient[]): number {
  return recipients.reduce((sum, recipient) => sum + destinationsOf(recipient).length, 0)
}

function takeRecipient(dialogue: Dialogue, transaction: Transaction, command: Command): MaybePromise<Answer> {
  const parsed = parsePathArgument(command.argument, SYNTAX, dialogue)
  if (!parsed.ok) return { reply: parsed.reply }
  if (parsed.address.kind === 'null') return { reply: NULL_RECIPIENT }
  const recipient = newRecipient(parsed.address, parsed.params)
  const ask: Step = {
    hook: 'rcpt',
    command,
    recipient,
    subject: formatAddress(parsed.address),
    go: ({ reply }) => {
      if (countDestinations([...transaction.recipients, recipient]) > dialogue.limits.deliveries)
        return { reply: TOO_MANY_DELIVERIES }
      if (hasToWait(dialogue, transaction, recipient)) return { reply: OTHER_RULES, logged: true }
      transaction.recipients.push(recipient)
      return { reply }
    },
  }
  return dialogue.when(settle(dialogue, recipient), () =>
    recipient.policy?.unknown ? { reply: POLICY_AWAY, logged: true } : dialogue.ask(ask),
  )
}
