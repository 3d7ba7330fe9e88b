/**
 * XOAUTH2 (Google's) and OAUTHBEARER (RFC 7628): the client shows a token that somebody else can check.
 *
 * A refusal is told in JSON as a challenge first; what the client answers to it changes nothing. OAUTHBEARER without an
 * authorization identity is refused: whom a token belongs to is not known here.
 */
import { andThen, type MaybePromise } from '../../core/truth.ts'
import { challenge, exchange, failed, type Move, type SaslExchange, type SaslOptions } from './exchange.ts'
import { readGs2 } from './gs2.ts'
import { textOf, userNamed } from './identity.ts'
import { askAbout } from './policy.ts'

interface Bearer {
  readonly name: string
  readonly token: string
}

export function xoauth2(options: SaslOptions): SaslExchange {
  return bearer('XOAUTH2', options, readXoauth2)
}

export function oauthBearer(options: SaslOptions): SaslExchange {
  return bearer('OAUTHBEARER', options, readOauthBearer)
}

type Read = (message: string) => Bearer | undefined

function bearer(mechanism: string, options: SaslOptions, read: Read): SaslExchange {
  return exchange({
    challenge: Buffer.alloc(0),
    turn(response) {
      const shown = read(textOf(response) ?? '')
      return shown ? verify(mechanism, options, shown) : failed('malformed')
    },
  })
}

function verify(mechanism: string, options: SaslOptions, { name, token }: Bearer): MaybePromise<Move> {
  const user = userNamed(name)
  if (typeof user !== 'string') return refuse()
  return andThen(askAbout(options, { mechanism, user }, { token }), (end) =>
    end.kind === 'failed' && end.because === 'denied' ? refuse() : end,
  )
}

/** RFC 7628 section 3.2.2; XOAUTH2 clients read the same. */
function refuse(): Move {
  return challenge(JSON.stringify({ status: 'invalid_token', schemes: 'bearer' }), () => failed('denied'))
}

/** RFC 6750 section 2.1; the scheme ignores case (RFC 7235). */
const TOKEN = String.raw`[Bb][Ee][Aa][Rr][Ee][Rr] ([\w.~+/-]+=*)`
const XOAUTH2 = new RegExp(`^user=([^\x01]*)\x01auth=${TOKEN}\x01\x01$`)
const KEY_VALUES = /^\x01(?:[A-Za-z]+=[^\x01]*\x01)+\x01$/
const AUTH = new RegExp(`\x01auth=${TOKEN}\x01`)

function readXoauth2(message: string): Bearer | undefined {
  const [, name, token] = XOAUTH2.exec(message) ?? []
  return name === undefined || token === undefined ? undefined : { name, token }
}

function readOauthBearer(message: string): Bearer | undefined {
  const header = readGs2(message)
  if (!header || header.binding.kind === 'named' || !KEY_VALUES.test(header.rest)) return undefined
  const token = AUTH.exec(header.rest)?.[1]
  return token === undefined ? undefined : { name: header.authorization, token }
}
