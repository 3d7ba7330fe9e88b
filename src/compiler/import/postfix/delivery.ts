/**
 * Where accepted mail goes. Postfix goes on delivering: aliases, mailboxes, its queue and the way out stay what they are, and
 * Postern stands in front. Only where Postfix itself hands everything to one next server does Postern do that.
 */
import type { YamlNode } from '../../../language/node.ts'
import { entry, map, scalar } from '../nodes.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'
import type { Parameters } from './main-cf.ts'

interface NextHop {
  readonly kind: 'smtp' | 'lmtp'
  readonly host: string
}

/** `smtp:[127.0.0.1]:10024`, `lmtp:unix:private/dovecot-lmtp`, `relay:[mail.example.org]`. */
function nextHopIn(text: string, queueDirectory: string): NextHop | undefined {
  const [, transport = '', rest = ''] = /^([\w-]+):(.+)$/s.exec(text) ?? []
  const kind = /lmtp/.test(transport) ? 'lmtp' : 'smtp'
  if (transport === '' || /^(?:local|virtual|error|discard|retry|pipe|dovecot|uucp|maildrop)$/.test(transport))
    return undefined
  const [, socket] = /^unix:(.+)$/.exec(rest) ?? []
  if (socket !== undefined)
    return { kind: 'lmtp', host: socket.startsWith('/') ? socket : `${queueDirectory}/${socket}` }
  const host = hostIn(rest.replace(/^inet:/, ''))
  return host === undefined ? undefined : { kind, host }
}

/** `[host]:port`; names without brackets are asked for MX records, which one server does not need. */
function hostIn(text: string): string | undefined {
  const [, literal, name = literal, port] = /^(?:\[([^\]]+)\]|([\w.-]+))(?::(\w+))?$/.exec(text) ?? []
  if (name === undefined) return undefined
  const number = port === 'submission' ? '587' : port
  const shown = name.includes(':') ? `[${name}]` : name
  return number === undefined ? shown : `${shown}:${number}`
}

export function deliveryEntry(parameters: Parameters, context: PostfixContext): YamlNode {
  const filter = parameters.get('content_filter')
  const hop = filter.text === '' ? onlyNextHop(parameters) : filter
  const next = hop && nextHopIn(hop.text, parameters.text('queue_directory'))
  if (hop && next) return nextEntry(next, hop, context)
  const at = filter.text === '' ? context.start : filter.at
  if (filter.text !== '')
    context.findings.missing({
      at,
      effect: 'laxer',
      message: `\`content_filter\` is left out: \`${filter.text}\` names no server`,
      instead: 'an entry of the plugin list: `queue/smtp-forward: { host: "127.0.0.1:10024" }`',
    })
  context.findings.changed({
    at: context.start,
    effect: 'none',
    message: 'accepted mail goes into the queue of Postfix, which delivers it as before',
    instead: 'Postfix must leave port 25 to Postern: `#smtp inet …` in master.cf',
  })
  return scalar('queue/postfix-queue', at)
}

function nextEntry({ kind, host }: NextHop, { at }: PlacedText, { findings }: PostfixContext): YamlNode {
  findings.changed({
    at,
    effect: 'none',
    message: `accepted mail goes to ${host} at once, without the queue of Postfix`,
  })
  return map(
    [entry(kind === 'lmtp' ? 'queue/lmtp' : 'queue/smtp-forward', map([entry('host', scalar(host, at))], at))],
    at,
  )
}

const LOCAL = /^(?:localhost(?:\..*)?)?$/

/** A machine that is in front of another one, and delivers nothing itself. */
function onlyNextHop(parameters: Parameters): PlacedText | undefined {
  const isOnlyRelay = ['mydestination', 'virtual_alias_maps', 'virtual_mailbox_domains', 'transport_maps'].every(
    (name) => parameters.words(name).every(({ text }) => LOCAL.test(text)),
  )
  const isRelay = isOnlyRelay && parameters.words('relay_domains').length > 0
  const transport = parameters.get('relay_transport')
  return isRelay && transport.text !== '' ? transport : undefined
}
