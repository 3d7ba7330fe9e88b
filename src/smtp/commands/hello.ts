/**
 * HELO, EHLO (RFC 5321 section 4.1.1.1) and LHLO (RFC 2033 section 4.1). A hello that policy refuses leaves the client
 * un-greeted.
 */
import type { Hello } from '../../core/session.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { extensionLines } from '../extensions.ts'
import { syntaxError } from '../protocol-replies.ts'

const NAME = /^[!-~]{1,255}$/
const BAD_NAME = syntaxError('5.5.4', 'Give your domain name or an address literal')

export const helo = hello('HELO', ({ hostname, connection }) => welcome(hostname, connection))

export const ehlo = hello('EHLO', welcomeWithExtensions)
export const lhlo = hello('LHLO', welcomeWithExtensions)

function hello(verb: Hello['verb'], answer: (dialogue: Dialogue) => string): CommandDefinition {
  return {
    run(dialogue, command) {
      if (!NAME.test(command.argument)) return { reply: BAD_NAME }
      return dialogue.when(dialogue.reset(), () => {
        dialogue.connection.hello = { verb, name: command.argument }
        return dialogue.ask({
          hook: verb === 'HELO' ? 'helo' : 'ehlo',
          command,
          go: () => ({ reply: { code: 250, text: answer(dialogue) } }),
          undo: () => forget(dialogue),
        })
      })
    },
  }
}

function forget({ connection }: Dialogue): void {
  connection.hello = undefined
}

function welcome(hostname: string, { remote, remoteHost }: Dialogue['connection']): string {
  return `${hostname} Hi ${typeof remoteHost === 'string' ? remoteHost : 'Unknown'} [${remote.ip}]`
}

function welcomeWithExtensions(dialogue: Dialogue): string {
  return [welcome(dialogue.hostname, dialogue.connection), ...extensionLines(dialogue)].join('\n')
}
