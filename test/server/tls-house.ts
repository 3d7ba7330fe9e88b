/** Houses whose listener speaks TLS, with an authority of their own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ConnectionOptions } from 'node:tls'
import type { ListIndex } from '../../src/core/list.ts'
import type { Service } from '../../src/core/service.ts'
import type { Connection } from '../../src/core/session.ts'
import type { TlsCertificate, TlsSettings } from '../../src/core/net/tls.ts'
import { buildList } from '../../src/compiler/lists/index.ts'
import { authority, type Wish } from '../support/certificates.ts'
import { startTls, type TlsClient, tlsClient } from '../support/tls-client.ts'
import { greeted, type House } from './house.ts'

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

export async function secured(rig: House, options?: ConnectionOptions): Promise<TlsClient> {
  const client = await startTls(await greeted(rig), options)
  rig.keep(client)
  await once(client.socket, 'secureConnect')
  return client
}

export function implicit(rig: House, options?: ConnectionOptions): TlsClient {
  const client = tlsClient(rig.server.addresses[0]?.port ?? 0, options)
  rig.keep(client)
  return client
}

export function lastConnection({ contexts }: House): Connection {
  return contexts.at(-1)?.connection ?? assert.fail('no hook was asked')
}
