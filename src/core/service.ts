/** What a listener offers besides plain SMTP, and whose word it takes. */
import type { ListIndex } from './list.ts'
import type { Listener } from './site.ts'
import type { TlsSettings } from './tls.ts'

export type ServiceTls =
  | { readonly mode: 'none' }
  | { readonly mode: 'starttls' | 'implicit'; readonly settings: TlsSettings }

export const TLS_MODES = ['none', 'starttls', 'implicit'] as const satisfies readonly ServiceTls['mode'][]

export interface Service {
  readonly tls: ServiceTls
  /** Nothing that matters is done before TLS. */
  readonly requireTls: boolean
  /** Peers that announce their clients with the PROXY protocol, and must. */
  readonly proxies: ListIndex | undefined
  /** Clients that may say who the client is (XCLIENT). */
  readonly xclient: ListIndex | undefined
  /** Clients that may say, for the log, whose mail they bring (XFORWARD). */
  readonly xforward: ListIndex | undefined
}

export const PLAIN_SERVICE: Service = {
  tls: { mode: 'none' },
  requireTls: false,
  proxies: undefined,
  xclient: undefined,
  xforward: undefined,
}

/** Listeners of two revisions of a site are the same when this is. */
export function listenerKey({ name, address, port }: Listener): string {
  return JSON.stringify([name, address, port])
}
