/** The commands that carry no mail: RSET, NOOP, VRFY, HELP, QUIT (RFC 5321 sections 4.1.1.5 to 4.1.1.10). */
import type { CommandDefinition } from '../command.ts'
import { ARGUMENT_MISSING, NO_ARGUMENT, RESET_DONE } from '../protocol-replies.ts'

export const rset: CommandDefinition = {
  junk: true,
  run(dialogue, { argument }) {
    if (argument !== '') return { reply: NO_ARGUMENT }
    return dialogue.when(dialogue.reset(), () => ({ reply: RESET_DONE }))
  },
}

export const noop: CommandDefinition = {
  junk: true,
  run: (dialogue, command) => dialogue.ask({ hook: 'noop', command, go: ({ reply }) => ({ reply }) }),
}

export const vrfy: CommandDefinition = {
  needsTls: true,
  junk: true,
  run(dialogue, command) {
    if (command.argument === '') return { reply: ARGUMENT_MISSING }
    return dialogue.ask({ hook: 'vrfy', command, subject: command.argument, go: ({ reply }) => ({ reply }) })
  },
}

export const help: CommandDefinition = {
  junk: true,
  run: (dialogue, command) => dialogue.ask({ hook: 'help', command, go: ({ reply }) => ({ reply }) }),
}

export const quit: CommandDefinition = {
  run(dialogue, command) {
    if (command.argument !== '') return { reply: NO_ARGUMENT }
    return dialogue.ask({ hook: 'quit', command, go: ({ reply }) => ({ reply, close: true }) })
  },
}
