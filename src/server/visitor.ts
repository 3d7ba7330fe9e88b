/** Somebody at the door: who it is, as far as that is known, and how the listener serves. */
import type { Socket } from 'node:net'
import type { ListIndex } from '../core/list.ts'
import type { ProxyHeader } from '../core/proxy.ts'
import type { Service } from '../core/service.ts'
import type { ConnectionStart } from '../core/session.ts'
import type { Site } from '../core/site.ts'
import type { Terms } from '../smtp/terms.ts'

export interface Visitor extends Pick<ConnectionStart, 'remote' | 'local' | 'listener' | 'anonymous' | 'proxy'> {
  readonly socket: Socket
  readonly site: Site
  readonly service: Service
}

/** The proxy's client takes the proxy's place; when there is none to speak of, the proxy stays, and is nobody. */
export function introduce(visitor: Visitor, { addresses, ...notice }: ProxyHeader): Visitor {
  const proxy = { ...notice, ip: visitor.remote.ip }
  return addresses ? { ...visitor, ...addresses, proxy } : { ...visitor, anonymous: true, proxy }
}

export function termsOf({ service, remote, anonymous = false }: Visitor): Terms {
  const { tls, requireTls, xclient, xforward } = service
  const isTrusted = (list: ListIndex | undefined): boolean => !anonymous && list?.find(remote.ip) !== undefined
  return {
    startTls: tls.mode === 'starttls',
    requireTls,
    xclient: isTrusted(xclient),
    xforward: isTrusted(xforward),
  }
}
