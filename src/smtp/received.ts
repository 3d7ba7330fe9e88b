/** Our trace field (RFC 5321 section 4.4, RFC 3848). */
import { type HeaderField, makeField } from '../core/header.ts'
import type { Connection } from '../core/session.ts'

export interface Reception {
  readonly connection: Connection
  readonly hostname: string
  /** Transaction id. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

export function receivedField({ connection, hostname, id, now }: Reception): HeaderField {
  const from = `${helloText(connection)} (${clientText(connection)})`
  const date = new Date(now).toUTCString().replace('GMT', '+0000')
  return makeField('Received', `from ${from} by ${hostname} with ${protocol(connection)} id ${id}; ${date}`)
}

/** The client chose it: no parenthesis, semicolon or quote of it may look like ours. */
function helloText({ hello }: Connection): string {
  return hello === undefined ? 'unknown' : hello.name.replace(/[^A-Za-z0-9._:[\]-]/g, '?')
}

/** Name by PTR, if any, and address as a literal. */
export function clientText({ remote, remoteHost }: Connection): string {
  const literal = remote.ip.includes(':') ? `[IPv6:${remote.ip}]` : `[${remote.ip}]`
  return typeof remoteHost === 'string' ? `${remoteHost} ${literal}` : literal
}

function protocol({ hello, tls, auth }: Connection): string {
  if (hello?.verb !== 'EHLO' && hello?.verb !== 'LHLO') return 'SMTP'
  const name = hello.verb === 'LHLO' ? 'LMTP' : 'ESMTP'
  return `${name}${tls ? 'S' : ''}${auth ? 'A' : ''}`
}
