/** What a trusted proxy says of its client (PROXY protocol, https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt). */
import type { Endpoint } from '../session.ts'

export interface ProxyNotice {
  /** The proxy's own address. */
  readonly ip: string
  /** The name the client asked for: SNI, as the proxy saw it. Canonical. */
  readonly authority?: string | undefined
  /** Printable as it is, else in hexadecimal. */
  readonly uniqueId?: string | undefined
  /** TLS between the client and the proxy. */
  readonly tls?: ProxyTls | undefined
}

export interface ProxyTls {
  readonly protocol: string | undefined
  readonly cipher: string | undefined
  /** Common name of the client's certificate. */
  readonly client: string | undefined
  /** Whether the proxy found the client's certificate good. */
  readonly verified: boolean
}

export interface ProxyHeader extends Omit<ProxyNotice, 'ip'> {
  /** Absent when the proxy does not know, or speaks for itself. */
  readonly addresses?: { readonly remote: Endpoint; readonly local: Endpoint }
}
