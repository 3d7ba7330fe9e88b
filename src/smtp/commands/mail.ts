/** MAIL (RFC 5321 section 4.1.1.2): begins a transaction. */
import { formatAddress } from '../../core/mail/address.ts'
import type { Command } from '../../core/context.ts'
import type { Transaction } from '../../core/session.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { type PathSyntax, parsePathArgument, rewritten } from '../arguments/path-argument.ts'
import { HELLO_FIRST, MAIL_ALREADY, TOO_MANY_TRANSACTIONS } from '../protocol-replies.ts'

const SYNTAX: PathSyntax = { keyword: 'FROM:', status: '5.1.7', command: 'mail' }

export const mail: CommandDefinition = {
  needsTls: true,
  run(dialogue, command) {
    if (dialogue.connection.hello === undefined) return { reply: HELLO_FIRST }
    if (dialogue.transaction !== undefined) return { reply: MAIL_ALREADY }
    if (dialogue.transactions >= dialogue.limits.transactions) return { reply: TOO_MANY_TRANSACTIONS, close: true }
    return hearSender(dialogue, command)
  },
}

/** To be called when MAIL is in place. */
export function hearSender(dialogue: Dialogue, command: Command): MaybePromise<Answer> {
  const transaction = dialogue.begin()
  return dialogue.ask({
    hook: 'mail_pre',
    command,
    go: (ruling) => takeSender(dialogue, transaction, rewritten(command, ruling, SYNTAX)),
    undo: () => dialogue.reset(),
  })
}

function takeSender(dialogue: Dialogue, transaction: Transaction, command: Command): MaybePromise<Answer> {
  const parsed = parsePathArgument(command.argument, SYNTAX, dialogue)
  if (!parsed.ok) return dialogue.when(dialogue.reset(), () => ({ reply: parsed.reply }))
  transaction.sender = parsed.address
  transaction.mailParams = parsed.params
  return dialogue.ask({
    hook: 'mail',
    command,
    subject: formatAddress(parsed.address),
    go: ({ reply }) => ({ reply }),
    undo: () => dialogue.reset(),
  })
}
