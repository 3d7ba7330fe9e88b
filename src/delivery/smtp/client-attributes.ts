/**
 * What the next server may be told of our client, in Postfix's two commands.
 *
 * XFORWARD (http://www.postfix.org/XFORWARD_README.html) is for its log, XCLIENT (XCLIENT_README) makes it treat us as
 * that client. Only attributes that it offers are sent; what is not known is said to be so.
 */
import { isIPv6 } from 'node:net'
import type { DeliveryJob } from '../../core/delivery.ts'
import { toXtext } from '../../core/mail/xtext.ts'
import { type Offers, offered } from './offers.ts'

type Attribute = readonly [name: string, value: string | undefined]

/** Postfix takes longer lines than RFC 5321 asks for, others need not. */
const LINE_LENGTH = 510

/** Several commands where one would be too long. */
export function xforwardCommands(job: DeliveryJob, offers: Offers): readonly string[] {
  const attributes: readonly Attribute[] = [...common(job), ['IDENT', job.id], ['SOURCE', 'REMOTE']]
  const commands: string[] = []
  for (const word of words(attributes, offered(offers, 'XFORWARD'))) {
    const last = commands.at(-1)
    if (last === undefined || last.length + word.length >= LINE_LENGTH) commands.push(`XFORWARD ${word}`)
    else commands[commands.length - 1] = `${last} ${word}`
  }
  return commands
}

/** All in one, since each command begins a new session. */
export function xclientCommand(job: DeliveryJob, offers: Offers): string | undefined {
  const attributes: readonly Attribute[] = [...common(job), ['LOGIN', job.client.user]]
  const given = words(attributes, offered(offers, 'XCLIENT'))
  return given.length === 0 ? undefined : `XCLIENT ${given.join(' ')}`
}

function common({ client }: DeliveryJob): readonly Attribute[] {
  return [
    ['NAME', client.host],
    ['ADDR', isIPv6(client.ip) ? `IPV6:${client.ip}` : client.ip],
    ['PORT', String(client.port)],
    ['PROTO', client.hello?.verb === 'HELO' ? 'SMTP' : 'ESMTP'],
    ['HELO', client.hello?.name],
  ]
}

function words(attributes: readonly Attribute[], wanted: ReadonlySet<string>): readonly string[] {
  return attributes
    .filter(([name]) => wanted.has(name))
    .map(([name, value]) => `${name}=${value === undefined ? '[UNAVAILABLE]' : toXtext(value)}`)
}
