/** Where a next server listens. */
import { isIP, isIPv6 } from 'node:net'

export type Peer =
  | {
      readonly kind: 'host'
      /** Name or address to connect to. */
      readonly host: string
      readonly port: number
      /** The name it must be known by: of an MX record, when `host` is the address that was looked up. */
      readonly name: string
    }
  | { readonly kind: 'socket'; readonly path: string }

/** For pools, health and logs: `mail.example.org:25`, `[2001:db8::1]:25`, `/run/lmtp`. */
export function peerText(peer: Peer): string {
  if (peer.kind === 'socket') return peer.path
  return `${isIPv6(peer.host) ? `[${peer.host}]` : peer.host}:${peer.port}`
}

const WITH_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/

/**
 * `mail.example.org`, `192.0.2.1:2525`, `[2001:db8::1]:25`, an IPv6 address alone, or the path of a Unix socket. Throws an
 * Error with a plain sentence.
 */
export function parsePeer(text: string, port: number): Peer {
  if (text.startsWith('/') && !text.includes('\0')) return { kind: 'socket', path: text }
  if (isIPv6(text)) return peerOf(text, port)
  const [, bracketed, plain, number] = WITH_PORT.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  if (!isHost(host, bracketed !== undefined))
    throw new Error(`\`${text}\` is no host; write \`name\`, \`name:port\` or \`/path/of/a/socket\``)
  return peerOf(host, number === undefined ? port : portOf(number))
}

function isHost(host: string, isBracketed: boolean): boolean {
  return isBracketed ? isIPv6(host) : isIP(host) === 4 || /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(host)
}

function peerOf(host: string, port: number): Peer {
  return { kind: 'host', host, port, name: host }
}

function portOf(text: string): number {
  const port = Number(text)
  if (port < 1 || port > 65535) throw new Error(`${text} is no port`)
  return port
}
