/** Reads commands and runs them. */
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

function runLine(dialogue: Dialogue, line: string): MaybePromise<Answer> {
  const command = parseCommand(line)
  if (BEYOND_ASCII.test(line)) {
    return { reply: command.verb === 'MAIL' || command.verb === 'RCPT' ? ADDRESS_NOT_ASCII : NOT_ASCII }
  }
  const { junk, needsTls, run } = findCommand(command.verb)
  if (junk) dialogue.junk += 1
  if (dialogue.junk > dialogue.limits.junk_commands) return { reply: TOO_MUCH_JUNK, close: true }
  if (needsTls && dialogue.terms.requireTls && !dialogue.connection.tls) return { reply: TLS_FIRST }
  return run(dialogue, command)
}
