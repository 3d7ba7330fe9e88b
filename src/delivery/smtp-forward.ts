/**
 * smtp_forward: the next server takes the message before the client hears that it was taken.
 *
 * qpsmtpd queue/smtp-forward. What the next server refuses for all recipients is refused with its text; what it refuses
 * for some, defers, or does not answer in time is deferred. Several servers stand in for each other.
 */
import { canonicalDomain } from '../core/mail/domain.ts'
import { defineDelivery } from '../core/word.ts'
import { Forwarder } from './smtp/forwarder.ts'
import { CONNECTION_OPTIONS, settingsOf } from './smtp/options.ts'
import { parsePeer, peerText } from './smtp/peer.ts'
import type { Route } from './smtp/route.ts'
import { textsOf } from './texts.ts'

export const smtpForward = defineDelivery({
  name: 'smtp_forward',
  summary: 'Hands the message to another SMTP server, and answers what that server answers',
  reference: 'RFC 5321; qpsmtpd plugin queue/smtp-forward',
  options: {
    type: 'object',
    properties: {
      host: {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
        description:
          'The next server, or several in the order to try them: `mail.example.org`, `192.0.2.1:2525`, `[2001:db8::1]:25`',
      },
      mx: {
        type: 'boolean',
        default: false,
        description: 'Whether the host is a domain whose MX records name the next servers',
      },
      port: {
        type: 'integer',
        minimum: 1,
        maximum: 65535,
        default: 25,
        description: 'Port of a server that is named without one',
      },
      ...CONNECTION_OPTIONS,
      xclient: {
        type: 'boolean',
        default: false,
        description: 'Make the next server treat us as our client, if it offers that',
      },
    },
    required: ['host'],
    additionalProperties: false,
  },
  compile(options) {
    const route = routeOf(textsOf(options.host), options)
    const settings = { ...settingsOf(options, options.tls ?? 'opportunistic'), xclient: options.xclient }
    const forwarder = new Forwarder({ ...settings, protocol: 'smtp', route })
    return { name: `smtp_forward:${routeText(route)}`, deliver: (job) => forwarder.deliver(job) }
  },
})

function routeOf(hosts: readonly string[], { mx, port }: { readonly mx: boolean; readonly port: number }): Route {
  if (!mx) return { kind: 'peers', peers: hosts.map((host) => parsePeer(host, port)) }
  const [domain, ...others] = hosts.map(canonicalDomain)
  if (domain === undefined || others.length > 0) throw new Error('with `mx` the host is one domain')
  return { kind: 'mx', domain, port }
}

function routeText(route: Route): string {
  return route.kind === 'mx' ? `mx:${route.domain}` : route.peers.map(peerText).join(',')
}
