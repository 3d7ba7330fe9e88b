/** How a listener serves: what it offers, with which TLS, and whose word it takes. */
import type { ListIndex } from './list.ts'
import { type Offer, PLAIN_OFFER } from './offer.ts'
import type { Position } from './position.ts'
import type { TlsSettings } from './net/tls.ts'

export const TLS_MODES = ['none', 'starttls', 'implicit'] as const

export type ServiceTls =
  | { readonly mode: 'none' }
  | { readonly mode: 'starttls' | 'implicit'; readonly settings: TlsSettings }
  /** There should be TLS, and this machine does not have the files: nobody can be served. */
  | { readonly mode: 'unavailable' }

export interface Service {
  /** Who connects is a mail server that asks us about its clients. */
  readonly position?: Position | undefined
  readonly offer: Offer
  readonly tls: ServiceTls
  /** Nothing that matters is done before TLS. */
  readonly requireTls: boolean
  /** Peers that announce their clients with the PROXY protocol, and must. */
  readonly proxies: ListIndex | undefined
  /** Networks of translators, with prefixes of 96 bits: clients there are the IPv4 addresses in their last 32 bits (RFC 6052). */
  readonly nat64?: ListIndex | undefined
  /** Clients that may say who the client is (XCLIENT). */
  readonly xclient: ListIndex | undefined
  /** Clients that may say, for the log, whose mail they bring (XFORWARD). */
  readonly xforward: ListIndex | undefined
}

export const PLAIN_SERVICE: Service = {
  offer: PLAIN_OFFER,
  tls: { mode: 'none' },
  requireTls: false,
  proxies: undefined,
  xclient: undefined,
  xforward: undefined,
}
