/** HELO and EHLO (RFC 5321 section 4.1.1.1). A hello that policy refuses leaves the client un-greeted. */
import { type AttributeTable, XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES } from '../attributes.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { syntaxError } from '../protocol-replies.ts'
import { offersTls } from './starttls.ts'

const NAME = /^[!-~]{1,255}$/
const BAD_NAME = syntaxError('5.5.4', 'Give your domain name or an address literal')

export const helo = hello('HELO', ({ hostname, connection }) => welcome(hostname, connection))

export const ehlo = hello('EHLO', (dialogue) =>
  [welcome(dialogue.hostname, dialogue.connection), ...extensions(dialogue)].join('\n'),
)

function hello(verb: 'HELO' | 'EHLO', answer: (dialogue: Dialogue) => string): CommandDefinition {
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

/** One line each; the first word is the keyword (RFC 5321 section 4.1.1.1, the EHLO keyword). */
function extensions(dialogue: Dialogue): string[] {
  const { limits, terms } = dialogue
  return [
    'PIPELINING',
    '8BITMIME',
    `SIZE ${limits.message_size}`,
    'ENHANCEDSTATUSCODES',
    ...(offersTls(dialogue) ? ['STARTTLS'] : []),
    ...(terms.xclient ? [keyword('XCLIENT', XCLIENT_ATTRIBUTES)] : []),
    ...(terms.xforward ? [keyword('XFORWARD', XFORWARD_ATTRIBUTES)] : []),
  ]
}

function keyword(name: string, table: AttributeTable): string {
  return [name, ...table.keys()].join(' ')
}
