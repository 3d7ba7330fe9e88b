/** The table of commands. An extension adds its row here and its keyword to EHLO (commands/hello.ts). */
import type { CommandDefinition } from './command.ts'
import { data } from './commands/data.ts'
import { ehlo, helo } from './commands/hello.ts'
import { mail } from './commands/mail.ts'
import { rcpt } from './commands/rcpt.ts'
import { help, noop, quit, rset, vrfy } from './commands/small.ts'
import { starttls } from './commands/starttls.ts'
import { bdat, HTTP_VERBS, http, unknown } from './commands/unknown.ts'
import { xclient } from './commands/xclient.ts'
import { xforward } from './commands/xforward.ts'

const COMMANDS: ReadonlyMap<string, CommandDefinition> = new Map([
  ['EHLO', ehlo],
  ['HELO', helo],
  ['STARTTLS', starttls],
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

export function findCommand(verb: string): CommandDefinition {
  return COMMANDS.get(verb) ?? unknown
}
