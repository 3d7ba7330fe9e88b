/** What the lines of a recorded session are once a server has read them: commands, addresses, a message, a login. */
import { type Address, parseMailbox } from '../core/mail/address.ts'
import type { AuthAttempt } from '../core/auth.ts'
import type { Command } from '../core/context.ts'
import { makeField } from '../core/mail/header.ts'
import type { Hook } from '../core/hook.ts'
import { memoryBody, Message } from '../core/mail/message.ts'
import type { Outcome } from '../core/outcome.ts'
import type { SessionRecord } from './session-record.ts'

const COMMAND_HOOKS: ReadonlyMap<string, Hook> = new Map([
  ['NOOP', 'noop'],
  ['VRFY', 'vrfy'],
  ['HELP', 'help'],
  ['QUIT', 'quit'],
  ['MAIL', 'mail_pre'],
  ['RCPT', 'rcpt_pre'],
])

export function hookOf({ verb }: Command): Hook {
  return COMMAND_HOOKS.get(verb) ?? 'unrecognized_command'
}

export function commandOf(line: string): Command {
  const [verb = '', ...rest] = line.split(' ')
  return { verb: verb.toUpperCase(), argument: rest.join(' ') }
}

/** Names in upper case, as the server keeps them. */
export function parametersIn(params: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(params).map(([name, value]) => [name.toUpperCase(), value]))
}

/** Throws an Error with a plain sentence for a text that is none. */
export function senderIn(text: string): Address {
  return text === '' || text === '<>' ? { kind: 'null' } : addressIn(text)
}

/** Throws an Error with a plain sentence for a text that is none. */
export function addressIn(text: string): Address {
  const bare = bareAddress(text)
  if (bare.toLowerCase() === 'postmaster') return { kind: 'postmaster' }
  const address = parseMailbox(bare)
  if (!address) throw new Error(`\`${text}\` is no mail address; an SMTP server would answer 501`)
  return address
}

export function bareAddress(text: string): string {
  return text.replace(/^<(.*)>$/, '$1')
}

/** A plugin at mail_pre, rcpt_pre or received_line may put other words in place: OK with a text. */
export function rewrittenBy({ verdict }: Outcome): string | undefined {
  return verdict.code === 'OK' ? verdict.message : undefined
}

/** Undefined where the record has no content; `file` is its `message`, read. */
export function messageOf({ headers, body }: SessionRecord, file: Buffer | undefined): Message | undefined {
  if (file) return Message.parse(file)
  if (headers === undefined && body === undefined) return undefined
  const fields = (headers ?? []).map(([name, value]) => makeField(name, value).raw)
  return Message.of(Buffer.concat(fields), memoryBody(Buffer.from((body ?? '').replace(/\r?\n/g, '\r\n'))))
}

/** Mechanisms that show the password. */
const SHOWN: ReadonlySet<string> = new Set(['PLAIN', 'LOGIN'])
const BY_TOKEN: ReadonlySet<string> = new Set(['XOAUTH2', 'OAUTHBEARER'])

/** A record with a password says a login; without one, that the client has logged in. */
export function loginIn({ auth }: SessionRecord): AuthAttempt | undefined {
  if (auth?.password === undefined) return undefined
  const mechanism = (auth.mechanism ?? 'PLAIN').toUpperCase()
  return {
    phase: 'verify',
    mechanism,
    user: auth.user,
    password: SHOWN.has(mechanism) ? auth.password : undefined,
    token: BY_TOKEN.has(mechanism) ? auth.password : undefined,
    provide: () => undefined,
    provedBy: undefined,
  }
}
