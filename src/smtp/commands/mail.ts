/** MAIL (RFC 5321 section 4.1.1.2): begins a transaction. */
import { formatAddress } from '../../core/address.ts'
import type { Command } from '../../core/context.ts'
import type { Transaction } from '../../core/session.ts'
import type { MaybePromise } from '../../core/truth.ts'
import type { Answer } from '../answer.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import type { ParameterTable } from '../parameters.ts'
import { type PathSyntax, parsePathArgument } from '../path-argument.ts'
import { BODY_SYNTAX, HELLO_FIRST, MAIL_ALREADY, MESSAGE_TOO_BIG, SIZE_SYNTAX } from '../protocol-replies.ts'

/** RFC 1870 section 6: nothing but digits. */
const SIZE = /^\d{1,20}$/
const BODY = /^(?:7BIT|8BITMIME)$/i

const PARAMETERS: ParameterTable = new Map([
  [
    'SIZE',
    (value, limits) => {
      if (value === true || !SIZE.test(value)) return SIZE_SYNTAX
      return Number(value) > limits.message_size ? MESSAGE_TOO_BIG : undefined
    },
  ],
  ['BODY', (value) => (value !== true && BODY.test(value) ? undefined : BODY_SYNTAX)],
])

const SYNTAX: PathSyntax = { keyword: 'FROM:', status: '5.1.7', parameters: PARAMETERS }

export const mail: CommandDefinition = {
  needsTls: true,
  run(dialogue, command) {
    if (dialogue.connection.hello === undefined) return { reply: HELLO_FIRST }
    if (dialogue.transaction !== undefined) return { reply: MAIL_ALREADY }
    const transaction = dialogue.begin()
    return dialogue.ask({
      hook: 'mail_pre',
      command,
      go: () => takeSender(dialogue, transaction, command),
      undo: () => dialogue.reset(),
    })
  },
}

function takeSender(dialogue: Dialogue, transaction: Transaction, command: Command): MaybePromise<Answer> {
  const parsed = parsePathArgument(command.argument, SYNTAX, dialogue.limits)
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
