/**
 * The SASL mechanisms a server can offer, strongest first, and what each needs of its connection.
 *
 *     const mechanism = MECHANISMS.get('PLAIN')
 *     const step = await mechanism?.start(options).next(initialResponse)
 */
import { oauthBearer, xoauth2 } from './bearer.ts'
import { cramMd5 } from './cram-md5.ts'
import type { SaslExchange, SaslOptions } from './exchange.ts'
import { login } from './login.ts'
import { plain } from './plain.ts'
import { scram } from './scram.ts'

export interface Mechanism {
  /** Upper case, as it is offered. */
  readonly name: string
  /** It sends what must not be read on the way: only under TLS (RFC 4954 section 4). */
  readonly showsSecret: boolean
  /** It needs a channel binding. */
  readonly isBound: boolean
  readonly start: (options: SaslOptions) => SaslExchange
}

type Start = Mechanism['start']

function challenges(name: string, start: Start): Mechanism {
  return { name, showsSecret: false, isBound: false, start }
}

function shows(name: string, start: Start): Mechanism {
  return { name, showsSecret: true, isBound: false, start }
}

function scramOf(name: string, hash: 'sha1' | 'sha256'): readonly Mechanism[] {
  const bound = `${name}-PLUS`
  return [
    { name: bound, showsSecret: false, isBound: true, start: scram({ mechanism: bound, hash, isBound: true }) },
    challenges(name, scram({ mechanism: name, hash, isBound: false })),
  ]
}

const ALL = [
  ...scramOf('SCRAM-SHA-256', 'sha256'),
  ...scramOf('SCRAM-SHA-1', 'sha1'),
  shows('OAUTHBEARER', oauthBearer),
  shows('XOAUTH2', xoauth2),
  challenges('CRAM-MD5', cramMd5),
  shows('PLAIN', plain),
  shows('LOGIN', login),
] as const satisfies readonly Mechanism[]

export const MECHANISMS: ReadonlyMap<string, Mechanism> = new Map(ALL.map((one) => [one.name, one]))

export interface ConnectionTraits {
  readonly isEncrypted: boolean
  readonly channelBindings: ReadonlyMap<string, Buffer>
}

/** Those of `wanted` that fit the connection, in our order: for EHLO, and for AUTH itself. */
export function mechanismsFor(
  wanted: ReadonlySet<string>,
  { isEncrypted, channelBindings }: ConnectionTraits,
): readonly Mechanism[] {
  return ALL.filter(
    ({ name, showsSecret, isBound }) =>
      wanted.has(name) && (isEncrypted || !showsSecret) && (!isBound || channelBindings.size > 0),
  )
}
