/**
 * XFORWARD (http://www.postfix.org/XFORWARD_README.html): a trusted client says whose mail it brings.
 *
 * For the log and for rules that ask `xforward.*`; it makes nobody another client. Holds until the next transaction ends.
 */
import { parseAttributes, XFORWARD_ATTRIBUTES } from '../arguments/attributes.ts'
import type { CommandDefinition } from '../command.ts'
import { PARAMETER_SYNTAX, RESET_DONE, TRANSACTION_OPEN } from '../protocol-replies.ts'
import { unknown } from './unknown.ts'

export const xforward: CommandDefinition = {
  needsTls: true,
  run(dialogue, command) {
    if (!dialogue.terms.xforward) return unknown.run(dialogue, command)
    if (dialogue.transaction) return { reply: TRANSACTION_OPEN }
    const given = parseAttributes(command.argument, XFORWARD_ATTRIBUTES)
    if (given === undefined) return { reply: PARAMETER_SYNTAX }
    const { connection } = dialogue
    const known = new Map(connection.xforward)
    for (const [name, value] of given) {
      if (typeof value === 'string') known.set(name.toLowerCase(), value)
      else known.delete(name.toLowerCase())
    }
    connection.xforward = known
    return { reply: RESET_DONE }
  },
}
