/** TLS of a listener and of a connection (RFC 3207, RFC 8314), as data. The server does the rest. */

/** RFC 8996: what is older must not be used. */
export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
export type TlsVersion = (typeof TLS_VERSIONS)[number]

/** `request` lets everybody in and says who proved what; `require` lets in whose certificate an authority has signed. */
export const CLIENT_CERTIFICATES = ['none', 'request', 'require'] as const
export type ClientCertificates = (typeof CLIENT_CERTIFICATES)[number]

export interface TlsCertificate {
  /** Canonical domain names; `*.example.org` stands for one label before the rest. */
  readonly names: readonly string[]
  /** PEM, the server's own first. */
  readonly chain: string
  /** PEM, without a passphrase. */
  readonly key: string
}

export interface TlsSettings {
  /** The first is for whoever asks for no name, or for none of ours. */
  readonly certificates: readonly [TlsCertificate, ...TlsCertificate[]]
  readonly minVersion: TlsVersion
  /** OpenSSL's cipher list for TLS 1.2 and suites for TLS 1.3; Node's own when absent. */
  readonly ciphers: string | undefined
  readonly clientCertificates: ClientCertificates
  /** PEM, authorities that sign client certificates; the public ones when absent. */
  readonly ca: string | undefined
}

/** What is known of a connection under TLS. */
export interface TlsState {
  /** `TLSv1.3` */
  readonly protocol: string
  /** OpenSSL's name. */
  readonly cipher: string
  /** The name the client asked for (RFC 6066 section 3), canonical. */
  readonly serverName?: string | undefined
  /** The certificate the client showed and proved to own. */
  readonly client?: ClientCertificate | undefined
  /** By name: `tls-exporter` (RFC 9266), `tls-server-end-point` (RFC 5929). What binds a login to this connection. */
  readonly channelBindings?: ReadonlyMap<string, Buffer> | undefined
}

export interface ClientCertificate {
  /** RFC 4514: `CN=mail.example.org,O=Example`. Absent when it has none. */
  readonly subject: string | undefined
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string
  /** Whether an authority we know has signed it, and it is valid now. */
  readonly verified: boolean
}
