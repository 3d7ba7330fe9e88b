/**
 * CRAM-MD5 (RFC 2195): the client keys a digest of our challenge with its password.
 *
 * Only for users whose password is stored in clear. A user that nobody knows is computed with another secret and fails
 * like a wrong password.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { StoredSecret } from '../../core/auth.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import { exchange, failed, type Move, type SaslExchange, type SaslOptions } from './exchange.ts'
import { textOf, userNamed } from './identity.ts'
import { askAboutProof, lookUp } from './policy.ts'

const RESPONSE = /^(.+) ([0-9a-f]{32})$/s
const TICKET_OCTETS = 16

type Clear = Extract<StoredSecret, { readonly kind: 'clear' }>

export function cramMd5(options: SaslOptions): SaslExchange {
  const ticket = Buffer.from(`<${options.randomBytes(TICKET_OCTETS).toString('hex')}@${options.hostname}>`)
  return exchange({ challenge: ticket, serverFirst: true, turn: (response) => verify(options, ticket, response) })
}

function verify(options: SaslOptions, ticket: Buffer, response: Buffer): MaybePromise<Move> {
  const [, name, digest] = RESPONSE.exec(textOf(response) ?? '') ?? []
  if (name === undefined || digest === undefined) return failed('malformed')
  const user = userNamed(name)
  if (typeof user !== 'string') return user
  const claimant = { mechanism: 'CRAM-MD5', user }
  return andThen(lookUp(options, claimant, isClear), (lookedUp) => {
    const secret = lookedUp.stored?.secret.password ?? options.processKey
    const wanted = createHmac('md5', secret).update(ticket).digest()
    const isEqual = timingSafeEqual(wanted, Buffer.from(digest, 'hex'))
    return askAboutProof(options, claimant, lookedUp, isEqual)
  })
}

function isClear(secret: StoredSecret): secret is Clear {
  return secret.kind === 'clear'
}
