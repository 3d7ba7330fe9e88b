/**
 * auth_imap: asks an IMAP server by logging in there (RFC 9051 section 6.2.3; qpsmtpd auth_imap).
 *
 * Name and password go as literals, so that nothing in them can be a command. What the server says about itself (RFC 5530:
 * UNAVAILABLE, LIMIT, …) is no answer about the password.
 */
import { printable } from '../../core/mail/printable.ts'
import { defineMatcher } from '../../core/word.ts'
import type { TlsCheck } from '../../delivery/smtp/tls.ts'
import { Conversation } from './conversation.ts'
import { BackendFault, nameFor, passwordMatcher, SEND, TIMEOUT } from './login.ts'
import { checkFor, SERVER_OPTIONS } from './server-options.ts'

export const authImap = defineMatcher({
  name: 'auth_imap',
  summary: 'An IMAP server takes the user and the password',
  reference: 'RFC 9051 section 6.2.3; qpsmtpd plugin auth/auth_imap',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      ...SERVER_OPTIONS,
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 143, description: 'Port of the server' },
      send: SEND,
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ host, port, tls, ca_file: caFile, send, timeout }) {
    return passwordMatcher(timeout, async (login, _, signal) => {
      const check = await checkFor(host, caFile)
      return Conversation.hold({ host, port }, signal, async (server) => {
        if (tls === 'implicit') await server.secure(check)
        await greeted(server)
        if (tls === 'required') await startTls(server, check)
        return logIn(server, [nameFor(send, login), login.password])
      })
    })
  },
})

async function greeted(server: Conversation): Promise<void> {
  if (!/^\* OK\b/i.test(await server.text()))
    throw new BackendFault('it does not greet as an IMAP server that is ready')
}

async function startTls(server: Conversation, check: TlsCheck): Promise<void> {
  server.send('a STARTTLS\r\n')
  if (!/^a OK\b/i.test(await answerTo('a', server))) throw new BackendFault('it does not start TLS')
  await server.secure(check)
}

async function logIn(server: Conversation, words: readonly string[]): Promise<boolean> {
  let ahead = 'b LOGIN'
  for (const word of words) {
    server.send(`${ahead} {${Buffer.byteLength(word)}}\r\n`)
    const answer = await answerTo('b', server)
    if (!answer.startsWith('+')) return verdictOf(answer)
    ahead = word
  }
  server.send(`${ahead}\r\n`)
  const isRight = verdictOf(await answerTo('b', server))
  server.send('c LOGOUT\r\n')
  return isRight
}

const MOST_LINES = 100

/** The tagged response, or a continuation; untagged lines say nothing about the command. */
async function answerTo(tag: string, server: Conversation): Promise<string> {
  for (let lines = 0; lines < MOST_LINES; lines += 1) {
    const line = await server.text()
    if (line.startsWith(`${tag} `) || line.startsWith('+')) return line
    if (/^\* BYE\b/i.test(line)) throw new BackendFault('it said goodbye')
  }
  throw new BackendFault('it does not come to an answer')
}

/** RFC 5530: codes that say something about the password, or about the account. */
const ABOUT_THE_USER = /^(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|NOPERM|ALERT)\b/i

function verdictOf(line: string): boolean {
  const [, status = '', code = ''] = /^b (\w+)(?: \[([^\]]*)\])?/.exec(line) ?? []
  if (status.toUpperCase() === 'OK') return true
  if (status.toUpperCase() === 'NO' && (code === '' || ABOUT_THE_USER.test(code))) return false
  throw new BackendFault(printable(`it could not say: ${status} ${code}`))
}
