/** What a recorded session says of TLS, and of a proxy in front. */
import type { ProxyNotice, ProxyTls } from '../core/net/proxy.ts'
import type { ClientCertificate, TlsState } from '../core/net/tls.ts'

export interface TlsRecord {
  readonly protocol?: string
  readonly cipher?: string
  readonly server_name?: string
  readonly client?: Partial<ClientCertificate>
}

export interface ProxyRecord {
  readonly ip: string
  readonly authority?: string
  readonly unique_id?: string
  readonly tls?: Partial<ProxyTls>
}

export function tlsOf({ protocol, cipher, server_name: serverName, client }: TlsRecord): TlsState {
  return {
    protocol: protocol ?? 'TLSv1.3',
    cipher: cipher ?? 'TLS_AES_256_GCM_SHA384',
    ...(serverName !== undefined && { serverName }),
    ...(client && { client: { subject: undefined, fingerprint: '', verified: false, ...client } }),
  }
}

export function proxyOf({ ip, authority, unique_id: uniqueId, tls }: ProxyRecord): ProxyNotice {
  const unsaid = { protocol: undefined, cipher: undefined, client: undefined, verified: false }
  return { ip, authority, uniqueId, tls: tls && { ...unsaid, ...tls } }
}
