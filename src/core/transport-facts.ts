/** Facts about what lies between the client and us: TLS, a proxy in front, the server before (XFORWARD). */
import type { HookContext } from './context.ts'
import { fact, type FactDefinition, type FactType, type FactValue } from './fact.ts'
import { canonicalIp } from './net/ip.ts'
import type { ProxyNotice } from './net/proxy.ts'
import type { TlsState } from './net/tls.ts'

type Value = FactValue | undefined

/** Known from HELO on: TLS by STARTTLS begins after the greeting. */
function tls(name: string, type: FactType, summary: string, read: (state: TlsState) => Value): FactDefinition {
  return fact(`tls.${name}`, type, 'greeting', summary, ({ connection }) => connection.tls && read(connection.tls))
}

function proxy(name: string, type: FactType, summary: string, read: (notice: ProxyNotice) => Value): FactDefinition {
  return fact(`proxy.${name}`, type, 'accept', summary, ({ connection }) => connection.proxy && read(connection.proxy))
}

function xforward(
  name: string,
  type: FactType,
  summary: string,
  read: (text: string) => Value = (text) => text,
): FactDefinition {
  const value = ({ connection }: HookContext): Value => {
    const text = connection.xforward?.get(name)
    return text === undefined ? undefined : read(text)
  }
  return fact(`xforward.${name}`, type, 'greeting', summary, value)
}

export const TRANSPORT_FACTS: readonly FactDefinition[] = [
  fact('tls', 'boolean', 'greeting', 'Whether the session is encrypted', ({ connection }) => Boolean(connection.tls)),
  tls('protocol', 'text', 'TLS version, such as TLSv1.3', ({ protocol }) => protocol),
  tls('cipher', 'text', 'TLS cipher suite', ({ cipher }) => cipher),
  tls('server_name', 'name', 'The name the client asked for (SNI)', ({ serverName }) => serverName),
  tls('client.subject', 'text', "Subject of the client's certificate", ({ client }) => client?.subject),
  tls('client.fingerprint', 'text', "SHA-256 of the client's certificate", ({ client }) => client?.fingerprint),
  tls(
    'client.verified',
    'boolean',
    "Whether the client's certificate is signed by an authority of ours; absent without a certificate",
    ({ client }) => client?.verified,
  ),
  fact(
    'anonymous',
    'boolean',
    'accept',
    "Whether a proxy did not know the client: remote_ip is the proxy's own then",
    ({ connection }) => connection.anonymous ?? false,
  ),
  proxy('ip', 'ip', 'The proxy in front of us', ({ ip }) => ip),
  proxy('authority', 'name', 'The name the client asked the proxy for (SNI)', ({ authority }) => authority),
  proxy('unique_id', 'text', "The proxy's name for the connection", ({ uniqueId }) => uniqueId),
  proxy('tls.protocol', 'text', 'TLS version between client and proxy', (notice) => notice.tls?.protocol),
  proxy('tls.cipher', 'text', 'TLS cipher suite between client and proxy', (notice) => notice.tls?.cipher),
  proxy(
    'tls.client',
    'text',
    'Common name of the certificate the client showed the proxy',
    (notice) => notice.tls?.client,
  ),
  proxy('tls.verified', 'boolean', 'Whether the proxy found that certificate good', (notice) => notice.tls?.verified),
  xforward('name', 'name', 'XFORWARD: name of the client before'),
  xforward('addr', 'ip', 'XFORWARD: address of the client before', canonicalIp),
  xforward('port', 'number', 'XFORWARD: port of the client before', Number),
  xforward('helo', 'name', 'XFORWARD: what the client before said with HELO'),
  xforward('proto', 'text', 'XFORWARD: protocol the server before received with'),
  xforward('ident', 'text', 'XFORWARD: queue id of the server before'),
  xforward('source', 'text', 'XFORWARD: LOCAL or REMOTE'),
]
