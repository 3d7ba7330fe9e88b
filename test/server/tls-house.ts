/** Houses whose listener speaks TLS, with an authority of their own. */
import type { ListIndex } from '../../src/core/list.ts'
import type { Service } from '../../src/core/service.ts'
import type { TlsCertificate, TlsSettings } from '../../src/core/tls.ts'
import { buildList } from '../../src/compiler/lists/index.ts'
import { authority, type Wish } from '../support/certificates.ts'

export const OURS = authority('Our authority')

/** `mx.example.org` unless the test says otherwise. */
export function certificate(wish: Wish = { subject: 'mx.example.org', names: ['mx.example.org'] }): TlsCertificate {
  const { cert, key } = OURS.issue(wish)
  return { names: wish.names ?? [], chain: cert, key }
}

export function settings(given: Partial<TlsSettings> = {}): TlsSettings {
  return {
    certificates: [certificate()],
    minVersion: 'TLSv1.2',
    ciphers: undefined,
    clientCertificates: 'none',
    ca: undefined,
    ...given,
  }
}

/** The service of the listener `mx`. */
export function speaking(mode: 'starttls' | 'implicit', given: Partial<TlsSettings> = {}): { mx: Partial<Service> } {
  return { mx: { tls: { mode, settings: settings(given) } } }
}

export function addresses(...texts: readonly string[]): ListIndex {
  const entries = texts.map((text) => ({ text, rest: '', at: '' }))
  return buildList('ip', 'a test', entries, ({ message }) => {
    throw new Error(message)
  })
}
