/** The table of commands. An extension adds its row here, its keyword and its parameters to extensions.ts. */
import type { Offer } from '../core/offer.ts'
import type { CommandDefinition } from './command.ts'
import { auth } from './commands/auth.ts'
import { bdat } from './commands/bdat.ts'
import { data } from './commands/data.ts'
import { ehlo, helo, lhlo } from './commands/hello.ts'
import { mail } from './commands/mail.ts'
import { rcpt } from './commands/rcpt.ts'
import { help, noop, quit, rset, vrfy } from './commands/small.ts'
import { starttls } from './commands/starttls.ts'
import { HTTP_VERBS, http, unknown } from './commands/unknown.ts'
import { xclient } from './commands/xclient.ts'
import { xforward } from './commands/xforward.ts'

type Commands = ReadonlyMap<string, CommandDefinition>

/** How a client says hello. An LMTP server must not take HELO and EHLO (RFC 2033 section 4.1). */
const HELLOS: Readonly<Record<Offer['protocol'], Commands>> = {
  smtp: new Map([
    ['EHLO', ehlo],
    ['HELO', helo],
  ]),
  lmtp: new Map([['LHLO', lhlo]]),
}

const COMMANDS: Commands = new Map([
  ['STARTTLS', starttls],
  ['AUTH', auth],
  ['XCLIENT', xclient],
  ['XFORWARD', xforward],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', data],
  ['RSET', rset],
  ['NOOP', noop],
  ['VRFY', vrfy],
  ['HELP', help],
  ['QUIT', quit],
  ['BDAT', bdat],
  ...HTTP_VERBS.map((verb) => [verb, http] as const),
])

export function findCommand(verb: string, protocol: Offer['protocol']): CommandDefinition {
  return HELLOS[protocol].get(verb) ?? COMMANDS.get(verb) ?? unknown
}
