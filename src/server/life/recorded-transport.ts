/** What lies between the client and us, in the words of a session record (docs/session.md). */
import type { Connection } from '../../core/session.ts'
import type { TlsState } from '../../core/net/tls.ts'

export function transportOf({
  tls,
  anonymous,
  attached,
  proxy,
  xforward,
}: Connection): Readonly<Record<string, unknown>> {
  return {
    ...(tls && { tls: tlsOf(tls) }),
    ...(anonymous && { anonymous }),
    ...(attached && { attached }),
    ...(proxy && { proxy: { ip: proxy.ip, authority: proxy.authority, unique_id: proxy.uniqueId, tls: proxy.tls } }),
    ...(xforward && { xforward: Object.fromEntries(xforward) }),
  }
}

/** Keys of channels are nobody's business. */
function tlsOf({ protocol, cipher, serverName, client }: TlsState): object {
  return { protocol, cipher, ...(serverName !== undefined && { server_name: serverName }), ...(client && { client }) }
}

/** Without what tells who the client is. */
export function anonymousTls(tls: unknown): unknown {
  if (typeof tls !== 'object' || tls === null) return tls
  return Object.fromEntries(Object.entries(tls).filter(([name]) => name === 'protocol' || name === 'cipher'))
}
