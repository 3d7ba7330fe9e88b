/** What the next server's replies mean for the message. */
import type { DeliveryOutcome } from '../../core/delivery.ts'
import { HostFault } from './host-fault.ts'
import type { Reply } from './reply.ts'
import type { SmtpWire } from './wire.ts'

/** The server ends the session, at whatever step (RFC 5321 section 3.8). */
export const CLOSING = 421

/** Asks; an answer that ends the session is no answer to this step. */
export async function ask(wire: SmtpWire, line: string): Promise<Reply> {
  const reply = await wire.command(line)
  if (reply.code === CLOSING) throw new HostFault(said('closes the session', reply), '4.4.2')
  return reply
}

/** Codes that are neither 4yz nor 5yz are out of place here, and say nothing about the message. */
export function refusal(what: string, reply: Reply): DeliveryOutcome {
  const kind = reply.code >= 500 ? 'refused' : 'deferred'
  const status = reply.code >= 400 ? reply.status : undefined
  return { kind, text: said(what, reply), ...(status !== undefined && { status }) }
}

export function deferred(text: string, status: string): DeliveryOutcome {
  return { kind: 'deferred', text, status }
}

export function said(what: string, { code, text }: Reply): string {
  return `The next server ${what}: ${code} ${text}`.trimEnd()
}
