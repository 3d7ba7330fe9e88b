/**
 * smtp_forward: the next server takes the message before the client hears that it was taken.
 *
 * qpsmtpd queue/smtp-forward. What the next server refuses for all recipients is refused with its text; what it refuses
 * for some, defers, or does not answer in time is deferred. Several servers stand in for each other.
 */
import { canonicalDomain } from '../core/domain.ts'
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
      host: { type: 'string', minLength: 1, description: 'Name or address of the next server' },
      hosts: {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
        description: 'Several, in the order to try them: `mail.example.org`, `192.0.2.1:2525`, `[2001:db8::1]:25`',
      },
      mx: { type: 'string', minLength: 1, description: 'Domain whose MX records name the next servers' },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 25, description: 'Port of the next server' },
      ...CONNECTION_OPTIONS,
      xclient: {
        type: 'boolean',
        default: false,
        description: 'Make the next server treat us as our client, if it offers that',
      },
    },
    additionalProperties: false,
  },
  compile(options) {
    const { host, hosts, mx, port } = options
    const route = routeOf({ host, hosts, mx, port })
    const settings = { ...settingsOf(options, options.tls ?? 'opportunistic'), xclient: options.xclient }
    const forwarder = new Forwarder({ ...settings, protocol: 'smtp', route })
    return { name: `smtp_forward:${routeText(route)}`, deliver: (job) => forwarder.deliver(job) }
  },
})

interface Where {
  readonly host: string | undefined
  readonly hosts: unknown
  readonly mx: string | undefined
  readonly port: number
}

function routeOf({ host, hosts, mx, port }: Where): Route {
  const given = [host, hosts, mx].filter((one) => one !== undefined)
  if (given.length !== 1) throw new Error('give one of `host`, `hosts` and `mx`')
  if (mx !== undefined) return { kind: 'mx', domain: domainOf(mx), port }
  return { kind: 'peers', peers: textsOf(hosts ?? host).map((text) => parsePeer(text, port)) }
}

function domainOf(text: string): string {
  const domain = canonicalDomain(text)
  if (domain === undefined) throw new Error(`\`${text}\` is no domain`)
  return domain
}

function routeText(route: Route): string {
  return route.kind === 'mx' ? `mx:${route.domain}` : route.peers.map(peerText).join(',')
}
