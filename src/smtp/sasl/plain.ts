/** PLAIN (RFC 4616): authorization identity, user and password, NUL between them. The password is passed on as sent. */
import { exchange, failed, type SaslExchange, type SaslOptions } from './exchange.ts'
import { textOf, userNamed } from './identity.ts'
import { askAbout } from './policy.ts'

const NUL = 0

export function plain(options: SaslOptions): SaslExchange {
  return exchange({
    challenge: Buffer.alloc(0),
    turn(response) {
      const parts = splitAtNul(response).map(textOf)
      const [authorization, name, password] = parts
      if (parts.length !== 3 || authorization === undefined || name === undefined || password === undefined)
        return failed('malformed')
      const user = userNamed(name, authorization)
      if (typeof user !== 'string') return user
      return password === '' ? failed('denied') : askAbout(options, { mechanism: 'PLAIN', user }, { password })
    },
  })
}

function splitAtNul(octets: Buffer): readonly Buffer[] {
  const end = octets.indexOf(NUL)
  return end < 0 ? [octets] : [octets.subarray(0, end), ...splitAtNul(octets.subarray(end + 1))]
}
