/** What is no command of ours. */
import type { CommandDefinition } from '../command.ts'
import { OTHER_PROTOCOL } from '../protocol-replies.ts'

export const unknown: CommandDefinition = {
  run: (dialogue, command) => dialogue.ask({ hook: 'unrecognized_command', command, go: ({ reply }) => ({ reply }) }),
}

/**
 * Verbs after which the client goes on with octets that are no commands: HTTP requests, which carry text chosen by web
 * pages, and BDAT (RFC 3030) as long as it is not offered.
 */
export const FOREIGN_VERBS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT', 'BDAT']

export const foreign: CommandDefinition = {
  run: () => ({ reply: OTHER_PROTOCOL, close: true }),
}
