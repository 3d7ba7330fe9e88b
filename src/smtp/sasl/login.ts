/**
 * LOGIN (draft-murchison-sasl-login): asks for the name, then for the password.
 *
 * The client may send the name as its initial response, as Outlook does. Prompts are those every client knows.
 */
import { challenge, exchange, failed, type Move, type SaslExchange, type SaslOptions } from './exchange.ts'
import { textOf, userNamed } from './identity.ts'
import { askAbout } from './policy.ts'

export function login(options: SaslOptions): SaslExchange {
  return exchange({
    challenge: Buffer.from('Username:'),
    turn(response): Move {
      const name = textOf(response)
      if (name === undefined) return failed('malformed')
      return challenge('Password:', (second) => verify(options, name, textOf(second)))
    },
  })
}

function verify(options: SaslOptions, name: string, password: string | undefined): ReturnType<typeof askAbout> {
  if (password === undefined) return failed('malformed')
  const user = userNamed(name)
  if (typeof user !== 'string') return user
  return password === '' ? failed('denied') : askAbout(options, { mechanism: 'LOGIN', user }, { password })
}
