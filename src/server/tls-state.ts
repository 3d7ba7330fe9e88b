/** What a session may know of the TLS under it. */
import { createHash, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { canonicalDomain } from '../core/mail/domain.ts'
import type { ClientCertificate, TlsState } from '../core/net/tls.ts'

/** Of a socket whose handshake has just succeeded. */
export function tlsStateOf(socket: TLSSocket): TlsState {
  const certificate = socket.getPeerX509Certificate()
  const serverName = canonicalDomain(socket.servername || '')
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    ...(serverName !== undefined && { serverName }),
    ...(certificate && { client: clientOf(certificate, socket.authorized) }),
    channelBindings: channelBindings(socket),
  }
}

function clientOf(certificate: X509Certificate, verified: boolean): ClientCertificate {
  // One relative name a line, the most general first; special characters are escaped as RFC 4514 wants it.
  const subject = (certificate.subject || '').split('\n').toReversed().join(',') || undefined
  return { subject, fingerprint: certificate.fingerprint256, verified }
}

function channelBindings(socket: TLSSocket): ReadonlyMap<string, Buffer> {
  const bindings = new Map<string, Buffer>()
  // RFC 9266. Before TLS 1.3 it takes the extended master secret to be unique, and Node does not tell of that.
  if (socket.getProtocol() === 'TLSv1.3')
    bindings.set('tls-exporter', socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)))
  const own = socket.getX509Certificate()
  const hash = own && signatureHash(own)
  if (own && hash !== undefined) bindings.set('tls-server-end-point', createHash(hash).update(own.raw).digest())
  return bindings
}

/** RFC 5929 section 4.1: that of the signature, but nothing weaker than SHA-256. Undefined when there is not one such. */
function signatureHash({ signatureAlgorithm = '' }: X509Certificate): string | undefined {
  const [, bits] = /(?:sha-?(1|224|256|384|512)|md5)(?!\d)/i.exec(signatureAlgorithm) ?? []
  if (bits === undefined) return /md5/i.test(signatureAlgorithm) ? 'sha256' : undefined
  return bits === '1' ? 'sha256' : `sha${bits}`
}
