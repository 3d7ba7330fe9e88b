/** Reads commands and runs them. */
import { isUtf8 } from 'node:buffer'
import type { Command } from '../core/context.ts'
import type { MaybePromise } from '../core/truth.ts'
import type { Answer, Mode, Taken } from './answer.ts'
import { parseCommand } from './command.ts'
import { type CommandEvent, CommandReader } from './command-reader.ts'
import { findCommand } from './commands.ts'
import type { Dialogue } from './dialogue.ts'
import {
  ADDRESS_NOT_ASCII,
  COMMAND_ENDLESS,
  COMMAND_OCTETS,
  COMMAND_TOO_LONG,
  NOT_ASCII,
  NOT_UTF8,
  TLS_FIRST,
  TOO_MUCH_JUNK,
} from './protocol-replies.ts'

export function commandMode(dialogue: Dialogue): Mode {
  const reader = new CommandReader(dialogue.limits.command_length)
  return {
    timeout: 'command_timeout',
    take(octets): Taken {
      const { used, event } = reader.read(octets)
      return event === undefined ? { used } : { used, step: () => obey(dialogue, event) }
    },
  }
}

function obey(dialogue: Dialogue, event: CommandEvent): MaybePromise<Answer> {
  switch (event.kind) {
    case 'line':
      return runLine(dialogue, event.text)
    case 'too_long':
      return { reply: COMMAND_TOO_LONG }
    case 'violation':
      return { reply: COMMAND_OCTETS, close: true }
    case 'endless':
      return { reply: COMMAND_ENDLESS, close: true }
  }
}

const BEYOND_ASCII = /[^\0-\x7f]/
/** Their arguments may be UTF-8 (RFC 6531 sections 3.4 and 3.7.4.2). */
const UTF8_VERBS: readonly string[] = ['MAIL', 'RCPT', 'VRFY']

/** One character for each octet. */
function runLine(dialogue: Dialogue, line: string): MaybePromise<Answer> {
  if (!BEYOND_ASCII.test(line)) return run(dialogue, parseCommand(line))
  if (!UTF8_VERBS.includes(parseCommand(line).verb)) return { reply: NOT_ASCII }
  if (!dialogue.offer.extensions.smtputf8) return { reply: ADDRESS_NOT_ASCII }
  const octets = Buffer.from(line, 'latin1')
  return isUtf8(octets) ? run(dialogue, parseCommand(octets.toString('utf8'))) : { reply: NOT_UTF8 }
}

function run(dialogue: Dialogue, command: Command): MaybePromise<Answer> {
  const { junk, needsTls, run: obeyed } = findCommand(command.verb, dialogue.offer.protocol)
  if (junk) dialogue.junk += 1
  if (dialogue.junk > dialogue.limits.junk_commands) return { reply: TOO_MUCH_JUNK, close: true }
  if (needsTls && dialogue.terms.requireTls && !dialogue.connection.tls) return { reply: TLS_FIRST }
  return obeyed(dialogue, command)
}
