/** Somebody at the door: who it is, as far as that is known, and how the listener serves. */
import type { Socket } from 'node:net'
import { embeddedIpv4 } from '../core/net/ip.ts'
import type { ListIndex } from '../core/list.ts'
import type { ProxyHeader } from '../core/net/proxy.ts'
import type { Service } from '../core/service.ts'
import type { ConnectionStart } from '../core/session.ts'
import type { Site } from '../core/site.ts'
import type { Terms } from '../smtp/terms.ts'

export interface Visitor extends Pick<ConnectionStart, 'remote' | 'local' | 'listener' | 'anonymous' | 'proxy'> {
  readonly socket: Socket
  readonly site: Site
  readonly service: Service
  /** As counted elsewhere: sessions that the client has, this one included. */
  readonly clientSessions?: number | undefined
}

/** Whom an address stands for at this listener: who comes through a translator is the IPv4 client behind it. */
export function clientAt({ nat64 }: Pick<Service, 'nat64'>, ip: string): string {
  return nat64?.find(ip) ? embeddedIpv4(ip) : ip
}

/** A mail server that asks us does so for many clients: it is one of all, and of no address. */
export function countedAs({ position }: Pick<Service, 'position'>, ip: string): string | undefined {
  return position ? undefined : ip
}

export function translated(visitor: Visitor): Visitor {
  const { service, remote } = visitor
  return { ...visitor, remote: { ...remote, ip: clientAt(service, remote.ip) } }
}

/** The proxy's client takes the proxy's place; when there is none to speak of, the proxy stays, and is nobody. */
export function introduce(visitor: Visitor, { addresses, ...notice }: ProxyHeader): Visitor {
  const proxy = { ...notice, ip: visitor.remote.ip }
  if (!addresses) return { ...visitor, anonymous: true, proxy }
  return translated({ ...visitor, ...addresses, proxy })
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
