/**
 * lmtp: a mail store takes the message for each recipient by itself (RFC 2033), before the client hears that it was taken.
 *
 * When the client hears one reply for all and the store took the message for some only, the reply is deferred as long as
 * anybody can still get it, and those who have it are left out at the client's next try; it is refused, naming those who
 * do not get it, when the rest was refused for good. A session that hears one reply each is told each.
 */
import { defineDelivery } from '../core/word.ts'
import { DeliveredBefore } from './delivered-before.ts'
import { Forwarder } from './smtp/forwarder.ts'
import { CONNECTION_OPTIONS, settingsOf } from './smtp/options.ts'
import { parsePeer, type Peer, peerText } from './smtp/peer.ts'

export const lmtp = defineDelivery({
  name: 'lmtp',
  summary: 'Hands the message to a mail store that answers for each recipient',
  reference: 'RFC 2033; Dovecot lmtp, Cyrus lmtpd',
  options: {
    type: 'object',
    properties: {
      path: { type: 'string', minLength: 1, description: 'Unix socket of the store' },
      host: { type: 'string', minLength: 1, description: 'Its name or address, where it has no socket' },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 24, description: 'Its port' },
      ...CONNECTION_OPTIONS,
    },
    additionalProperties: false,
  },
  compile(options) {
    const peer = peerOf(options)
    if (peer.kind === 'socket' && options.tls !== undefined && options.tls !== 'none')
      throw new Error('a Unix socket needs no TLS')
    const settings = { ...settingsOf(options, options.tls ?? 'none'), xclient: false }
    const forwarder = new Forwarder({ ...settings, protocol: 'lmtp', route: { kind: 'peers', peers: [peer] } })
    const before = new DeliveredBefore()
    return {
      name: `lmtp:${peerText(peer)}`,
      deliver: (job) => before.deliver(job, (part) => forwarder.deliver(part)),
    }
  },
})

interface Where {
  readonly path?: string
  readonly host?: string
  readonly port: number
}

function peerOf({ path, host, port }: Where): Peer {
  if ((path === undefined) === (host === undefined)) throw new Error('give one of `path` and `host`')
  return path === undefined ? parsePeer(host ?? '', port) : { kind: 'socket', path }
}
