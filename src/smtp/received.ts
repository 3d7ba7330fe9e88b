/** Our trace field (RFC 5321 section 4.4, RFC 3848). */
import { type HeaderField, makeField } from '../core/mail/header.ts'
import { addressLiteral } from '../core/mail/mailbox-scan.ts'
import type { Connection } from '../core/session.ts'

export interface Reception {
  readonly connection: Connection
  readonly hostname: string
  /** Transaction id. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The client asked for SMTPUTF8 (RFC 6531 section 3.7.3). */
  readonly smtputf8?: boolean
}

export function receivedField({ connection, hostname, id, now, smtputf8 = false }: Reception): HeaderField {
  const from = `${helloText(connection)} (${clientText(connection)})`
  const date = new Date(now).toUTCString().replace('GMT', '+0000')
  return makeField('Received', `from ${from} by ${hostname} with ${protocol(connection, smtputf8)} id ${id}; ${date}`)
}

/** The client chose it: no parenthesis, semicolon or quote of it may look like ours. */
function helloText({ hello }: Connection): string {
  return hello === undefined ? 'unknown' : hello.name.replace(/[^A-Za-z0-9._:[\]-]/g, '?')
}

/** Name by PTR, if any, and address as a literal. */
function clientText({ remote, remoteHost }: Connection): string {
  const literal = addressLiteral(remote.ip)
  return typeof remoteHost === 'string' ? `${remoteHost} ${literal}` : literal
}

function protocol({ hello, tls, auth }: Connection, smtputf8: boolean): string {
  if (hello?.verb !== 'EHLO' && hello?.verb !== 'LHLO') return 'SMTP'
  const name = hello.verb === 'LHLO' ? 'LMTP' : smtputf8 ? 'SMTP' : 'ESMTP'
  return `${smtputf8 ? 'UTF8' : ''}${name}${tls ? 'S' : ''}${auth ? 'A' : ''}`
}
