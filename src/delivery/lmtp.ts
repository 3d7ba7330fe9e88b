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
import { parsePeer, peerText } from './smtp/peer.ts'

export const lmtp = defineDelivery({
  name: 'lmtp',
  summary: 'Hands the message to a mail store that answers for each recipient',
  reference: 'RFC 2033; Dovecot lmtp, Cyrus lmtpd',
  options: {
    type: 'object',
    properties: {
      host: {
        type: 'string',
        minLength: 1,
        description: 'The store: `/run/dovecot/lmtp`, `store.example.org`, `192.0.2.1:2424`',
      },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 24, description: 'Its port, where it has one' },
      ...CONNECTION_OPTIONS,
    },
    required: ['host'],
    additionalProperties: false,
  },
  compile(options) {
    const peer = parsePeer(options.host, options.port)
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
