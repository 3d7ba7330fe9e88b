/**
 * STARTTLS (RFC 3207): the rest of the session is encrypted.
 *
 * Nothing that was said before counts afterwards. A client waits for the 220; whatever else has come in by then was
 * written by somebody in between (CVE-2011-0411) and ends the session.
 */
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { NO_ARGUMENT, START_TLS, TLS_ALREADY, TLS_SPOKE_FIRST } from '../protocol-replies.ts'
import { unknown } from './unknown.ts'

export const starttls: CommandDefinition = {
  run(dialogue, command) {
    const { connection, terms } = dialogue
    if (connection.tls) return { reply: TLS_ALREADY }
    if (!terms.startTls) return unknown.run(dialogue, command)
    if (command.argument !== '') return { reply: NO_ARGUMENT }
    return dialogue.when(dialogue.reset(), () =>
      dialogue.inputWaits() ? { reply: TLS_SPOKE_FIRST, close: true } : { reply: START_TLS, startTls: true },
    )
  },
}

export function offersTls({ connection, terms }: Dialogue): boolean {
  return terms.startTls && connection.tls === undefined
}
