/** What is no command of ours. */
import type { CommandDefinition } from '../command.ts'
import { OTHER_PROTOCOL } from '../protocol-replies.ts'

export const unknown: CommandDefinition = {
  run: (dialogue, command) => dialogue.ask({ hook: 'unrecognized_command', command, go: ({ reply }) => ({ reply }) }),
}

export const HTTP_VERBS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'] as const

/** Web pages can make browsers send text of their choice here. It is no command and must not be taken for one. */
export const http: CommandDefinition = { run: () => ({ reply: OTHER_PROTOCOL, close: true }) }
