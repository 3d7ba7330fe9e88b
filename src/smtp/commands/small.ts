/** The commands that carry no mail: RSET, NOOP, VRFY, HELP, QUIT (RFC 5321 sections 4.1.1.5 to 4.1.1.10). */
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { extensionLines } from '../extensions.ts'
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
  run(dialogue, command) {
    return dialogue.ask({ hook: 'help', command, subject: commandNames(dialogue), go: ({ reply }) => ({ reply }) })
  },
}

/** The commands that an extension brings, by its keyword. */
const BROUGHT: ReadonlyMap<string, string> = new Map([
  ['CHUNKING', 'BDAT'],
  ['STARTTLS', 'STARTTLS'],
  ['AUTH', 'AUTH'],
])

function commandNames(dialogue: Dialogue): string {
  const hello = dialogue.offer.protocol === 'lmtp' ? 'LHLO' : 'EHLO HELO'
  const keywords = extensionLines(dialogue).map((line) => line.replace(/ .*/, ''))
  const more = keywords.flatMap((keyword) => BROUGHT.get(keyword) ?? [])
  return [hello, ...more, 'MAIL RCPT DATA RSET NOOP VRFY HELP QUIT'].join(' ')
}

export const quit: CommandDefinition = {
  run(dialogue, command) {
    if (command.argument !== '') return { reply: NO_ARGUMENT }
    return dialogue.ask({ hook: 'quit', command, go: ({ reply }) => ({ reply, close: true }) })
  },
}
