/** A command of the protocol: when it is in place, and what it does. One table holds them all (commands.ts). */
import type { Command } from '../core/context.ts'
import type { MaybePromise } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Dialogue } from './dialogue.ts'

export interface CommandDefinition {
  /** Serves no message: there may be only so many between two messages. */
  readonly junk?: boolean
  /** Refused in clear text where the listener wants TLS. */
  readonly needsTls?: boolean
  readonly run: (dialogue: Dialogue, command: Command) => MaybePromise<Answer>
}

const SPLIT = /^([^ \t]*)[ \t]*(.*)$/s
const BLANKS = ' \t'

/**
 * The verb ends at the first blank; a line that begins with one has none. Blanks at the end are tolerated (RFC 5321
 * section 4.1.1).
 */
export function parseCommand(line: string): Command {
  const [, verb = '', rest = ''] = SPLIT.exec(line) ?? []
  return { verb: verb.toUpperCase(), argument: withoutBlanks(rest) }
}

/** At the end. Only these are blanks: what else looks like one may be half of a character. */
function withoutBlanks(text: string): string {
  let end = text.length
  while (end > 0 && BLANKS.includes(text[end - 1] ?? '')) end -= 1
  return text.slice(0, end)
}
