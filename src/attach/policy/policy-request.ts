/**
 * What a request of a Postfix policy client says, in our words (http://www.postfix.org/SMTPD_POLICY_README.html).
 *
 * Addresses come unquoted, and what Postfix does not know is empty, `0` or `unknown`.
 */
import { type Address, formatAddress, mailbox, NULL_SENDER, POSTMASTER } from '../../core/mail/address.ts'
import { canonicalDomain } from '../../core/mail/domain.ts'
import { canonicalIp } from '../../core/net/ip.ts'
import type { Endpoint, Hello } from '../../core/session.ts'
import type { ClientCertificate, TlsState } from '../../core/net/tls.ts'
import { fromXtext } from '../../core/mail/xtext.ts'
import type { Login } from '../inquiry.ts'
import type { Attributes } from './request-reader.ts'

/** How far a session has come by the time Postfix asks. */
export const REACHES = ['connection', 'greeting', 'sender', 'recipient', 'data'] as const
export type Reach = (typeof REACHES)[number]

/** By `protocol_state`. In others (VRFY, ETRN, …) there is no envelope. */
const STATES: ReadonlyMap<string, Reach> = new Map([
  ['CONNECT', 'connection'],
  ['MAIL', 'sender'],
  ['RCPT', 'recipient'],
  ['DATA', 'data'],
  ['END-OF-MESSAGE', 'data'],
])

export interface PolicyRequest {
  readonly reach: Reach
  /** Postfix refuses a header field that comes after the content. */
  readonly isAtEnd: boolean
  /** Equal for requests about one SMTP session, as far as one can tell. */
  readonly session: string
  /** Postfix's name for the transaction; '' until MAIL is taken. */
  readonly instance: string
  /** Undefined for a client without an address of ours to compare. */
  readonly remote: Endpoint | undefined
  readonly local: Endpoint | undefined
  /** By PTR look-up. */
  readonly name: string | undefined
  readonly hello: Hello | undefined
  readonly login: Login | undefined
  readonly tls: TlsState | undefined
  /** `<ann@example.org>`; '' for what is no address. */
  readonly sender: string
  /** Undefined where it is not about one recipient. */
  readonly recipient: string | undefined
  /** Octets: announced, and at the end as they are. */
  readonly size: number | undefined
  readonly queueId: string | undefined
}

export function readRequest(attributes: Attributes): PolicyRequest {
  const text = (name: string): string => attributes.get(name) ?? ''
  const remote = endpoint(text('client_address'), text('client_port'))
  const recipient = text('recipient')
  const size = text('size')
  return {
    reach: STATES.get(text('protocol_state')) ?? 'greeting',
    isAtEnd: text('protocol_state') === 'END-OF-MESSAGE',
    session: SESSION.map(text).join(' '),
    instance: text('instance'),
    remote,
    local: endpoint(text('server_address'), text('server_port')),
    name: nameIn(text('reverse_client_name')),
    hello: helloIn(text('protocol_name'), text('helo_name')),
    login: loginIn(text('sasl_username'), text('sasl_method')),
    tls: tlsIn(text),
    sender: pathOf(text('sender')),
    recipient: recipient === '' ? undefined : pathOf(recipient),
    size: /^[1-9]\d{0,14}$/.test(size) ? Number(size) : undefined,
    queueId: text('queue_id') || undefined,
  }
}

const SESSION = ['client_address', 'client_port', 'server_address', 'server_port', 'client_name']

function endpoint(address: string, port: string): Endpoint | undefined {
  const ip = canonicalIp(address)
  return ip === undefined ? undefined : { ip, port: /^\d{1,5}$/.test(port) ? Number(port) : 0 }
}

function nameIn(text: string): string | undefined {
  return text === 'unknown' ? undefined : canonicalDomain(text)
}

function helloIn(protocol: string, name: string): Hello | undefined {
  return name === '' ? undefined : { verb: protocol === 'SMTP' ? 'HELO' : 'EHLO', name }
}

function loginIn(user: string, mechanism: string): Login | undefined {
  return user === '' ? undefined : { user, mechanism: mechanism.toUpperCase() }
}

function tlsIn(text: (name: string) => string): TlsState | undefined {
  const [protocol, cipher] = [text('encryption_protocol'), text('encryption_cipher')]
  return protocol === '' ? undefined : { protocol, cipher, client: certificateIn(text) }
}

/** As Postfix has it with `smtpd_tls_fingerprint_digest = sha256`; other digests are no fingerprint of ours. */
const SHA256 = /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/i

/** Postfix names subject and issuer of trusted certificates only. */
function certificateIn(text: (name: string) => string): ClientCertificate | undefined {
  const fingerprint = text('ccert_fingerprint')
  if (!SHA256.test(fingerprint)) return undefined
  const name = fromXtext(text('ccert_subject')) || undefined
  const verified = name !== undefined || text('ccert_issuer') !== ''
  return { subject: name && `CN=${name}`, fingerprint: fingerprint.toUpperCase(), verified }
}

function pathOf(text: string): string {
  const address = addressIn(text)
  if (address) return formatAddress(address)
  return text.includes('@') ? '' : `<${text}>`
}

function addressIn(text: string): Address | undefined {
  if (text === '') return NULL_SENDER
  if (text.toLowerCase() === 'postmaster') return POSTMASTER
  const at = text.lastIndexOf('@')
  return at < 1 ? undefined : mailbox(text.slice(0, at), text.slice(at + 1))
}
