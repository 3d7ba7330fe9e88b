/**
 * auth_smtp: asks another SMTP server by logging in there with PLAIN or LOGIN (RFC 4954; qpsmtpd auth_smtpd).
 *
 * 235 is yes and 535 is no. Every other answer is about that server, and unknown here.
 */
import { defineMatcher } from '../../core/word.ts'
import { ask } from '../../delivery/smtp/answers.ts'
import { type Offers, offered, offersOf } from '../../delivery/smtp/offers.ts'
import type { Reply } from '../../delivery/smtp/reply.ts'
import type { TlsCheck } from '../../delivery/smtp/tls.ts'
import { SmtpWire } from '../../delivery/smtp/wire.ts'
import { BackendFault, nameFor, passwordMatcher, SEND, TIMEOUT } from './login.ts'
import { checkFor, SERVER_OPTIONS } from './server-options.ts'

export const authSmtp = defineMatcher({
  name: 'auth_smtp',
  summary: 'Another SMTP server takes the user and the password',
  reference: 'RFC 4954; qpsmtpd plugin auth_smtpd',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      ...SERVER_OPTIONS,
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 587, description: 'Port of the server' },
      hello: {
        type: 'string',
        pattern: '^[!-~]{1,255}$',
        default: 'localhost',
        description: 'What it is greeted with',
      },
      send: SEND,
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ host, port, tls, ca_file: caFile, hello, send, timeout }) {
    return passwordMatcher(timeout, async (login, { ports: { clock } }, signal) => {
      const check = await checkFor(host, caFile)
      const wire = await SmtpWire.open({ peer: { kind: 'host', host, port, name: host }, timeout, clock, signal })
      try {
        const offers = await open(wire, { tls, check, hello })
        return await logIn(wire, offers, nameFor(send, login), login.password)
      } finally {
        wire.quit()
      }
    })
  },
})

interface Opening {
  readonly tls: 'required' | 'implicit' | 'none'
  readonly check: TlsCheck
  readonly hello: string
}

async function open(wire: SmtpWire, { tls, check, hello }: Opening): Promise<Offers> {
  if (tls === 'implicit') await wire.secure(check)
  expect(await wire.reply(), 220, 'it does not greet')
  if (tls === 'required') {
    await greet(wire, hello)
    expect(await ask(wire, 'STARTTLS'), 220, 'it does not start TLS')
    await wire.secure(check)
  }
  return greet(wire, hello)
}

async function greet(wire: SmtpWire, hello: string): Promise<Offers> {
  const reply = await ask(wire, `EHLO ${hello}`)
  expect(reply, 250, 'it refuses EHLO')
  return offersOf(reply)
}

async function logIn(wire: SmtpWire, offers: Offers, user: string, password: string): Promise<boolean> {
  const mechanisms = offered(offers, 'AUTH')
  if (mechanisms.has('PLAIN')) return verdictOf(await ask(wire, `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`))
  if (!mechanisms.has('LOGIN')) throw new BackendFault('it offers neither PLAIN nor LOGIN')
  expect(await ask(wire, 'AUTH LOGIN'), 334, 'it does not ask for the user')
  expect(await ask(wire, base64(user)), 334, 'it does not ask for the password')
  return verdictOf(await ask(wire, base64(password)))
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function verdictOf({ code, text }: Reply): boolean {
  if (code === 235 || code === 535) return code === 235
  throw new BackendFault(`it could not say: ${code} ${text}`)
}

function expect({ code, text }: Reply, wanted: number, because: string): void {
  if (code !== wanted) throw new BackendFault(`${because}: ${code} ${text}`)
}
