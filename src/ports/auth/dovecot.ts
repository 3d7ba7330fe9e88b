/**
 * auth_dovecot: asks Dovecot over its socket for authentication clients (Dovecot authentication protocol 1.2).
 *
 * Dovecot is told the client's address and whether the password came under TLS, so its own rules about both hold.
 */
import { randomInt } from 'node:crypto'
import type { HookContext } from '../../core/context.ts'
import { defineMatcher } from '../../core/word.ts'
import { Conversation } from './conversation.ts'
import { BackendFault, type Login, nameFor, passwordMatcher, SEND, TIMEOUT } from './login.ts'

export const authDovecot = defineMatcher({
  name: 'auth_dovecot',
  summary: 'Dovecot takes the user and the password',
  reference: 'Dovecot authentication protocol 1.2',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      socket: {
        type: 'string',
        'x-path': true,
        minLength: 1,
        default: '/run/dovecot/auth-client',
        description: 'The socket: a `unix_listener auth-client` in `service auth` that the server may open',
      },
      send: SEND,
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ socket, send, timeout }) {
    return passwordMatcher(timeout, (login, context, signal) =>
      Conversation.hold({ path: socket }, signal, async (dovecot) => {
        dovecot.send(`VERSION\t1\t2\nCPID\t${randomInt(1, 2 ** 31)}\n`)
        await greeted(dovecot)
        dovecot.send(request(nameFor(send, login), login, context))
        return answerOf(dovecot)
      }),
    )
  },
})

const MOST_LINES = 100

async function greeted(dovecot: Conversation): Promise<void> {
  const words = new Set<string>()
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    const [word = '', first] = (await dovecot.text()).split('\t')
    if (word === 'VERSION' && first !== '1') throw new BackendFault('it speaks another version of the protocol')
    words.add(word)
    if (word === 'DONE') break
  }
  if (!words.has('VERSION') || !words.has('DONE')) throw new BackendFault('it does not greet as Dovecot does')
}

/** Everything in it is ours, an address or base64: nothing needs an escape. `resp` comes last. */
function request(name: string, { password }: Login, { connection }: HookContext): string {
  const { remote, local, tls } = connection
  const response = Buffer.from(`\0${name}\0${password}`).toString('base64')
  const facts = [`lip=${local.ip}`, `lport=${local.port}`, `rip=${remote.ip}`, `rport=${remote.port}`]
  const words = ['service=smtp', 'nologin', ...facts, ...(tls ? ['secured'] : []), `resp=${response}`]
  return `AUTH\t1\tPLAIN\t${words.join('\t')}\n`
}

/** `code=temp_fail` since Dovecot 2.3, `temp` before it. */
const TEMPORARY: ReadonlySet<string> = new Set(['temp', 'code=temp_fail'])

async function answerOf(dovecot: Conversation): Promise<boolean> {
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    const [word, id, ...facts] = (await dovecot.text()).split('\t')
    if (word === 'OK' && id === '1') return true
    if (word !== 'FAIL' || id !== '1') continue
    if (facts.some((fact) => TEMPORARY.has(fact))) throw new BackendFault('it could not say')
    return false
  }
  throw new BackendFault('it does not come to an answer')
}
