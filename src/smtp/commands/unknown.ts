/** What is no command of ours. */
import type { CommandDefinition } from '../command.ts'
import { CHUNKS_NOT_OFFERED, OTHER_PROTOCOL } from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

export const unknown: CommandDefinition = {
  run: (dialogue, command) => dialogue.ask({ hook: 'unrecognized_command', command, go: ({ reply }) => ({ reply }) }),
}

/** What follows these verbs is no command, and must not be taken for one: the session ends. */
function followedByContent(reply: Reply): CommandDefinition {
  return { run: () => ({ reply, close: true }) }
}

export const HTTP_VERBS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'] as const

/** Web pages can make browsers send text of their choice here. */
export const http = followedByContent(OTHER_PROTOCOL)

/** RFC 3030: a chunk of the message follows at once. */
export const bdat = followedByContent(CHUNKS_NOT_OFFERED)
