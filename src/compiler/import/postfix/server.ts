/** Where smtpd listens, TLS, logins and limits, as keys of the site file. */
import { LIMITS, type LimitName } from '../../../core/limits.ts'
import type { MapEntry, YamlNode } from '../../../language/node.ts'
import { entry, map, scalar, seq, type Value } from '../nodes.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'
import type { Parameters } from './main-cf.ts'
import { type Place, placeOf, type Service } from './master-cf.ts'

/** A listener of the new site, and what its smtpd sees. */
export interface ImportedService {
  readonly name: string
  readonly place: Place
  readonly at: PlacedText
  readonly parameters: Parameters
}

const LISTENER_NAMES: Readonly<Record<number, string>> = { 25: 'smtp', 465: 'submissions', 587: 'submission' }

/** The services that are smtpd, or postscreen in front of it. One of port 25 when master.cf has none. */
export function servicesOf(
  services: readonly Service[],
  parameters: Parameters,
  context: PostfixContext,
): readonly ImportedService[] {
  const taken = new Set<string>()
  return services.flatMap(({ name, command, overrides }) => {
    const place = placeOf(name.text)
    if (!/^(?:smtpd|postscreen)$/.test(command)) return reportOther(name, command, context)
    if (command === 'postscreen') reportPostscreen(name, context)
    if (!place) {
      context.findings.missing({
        at: name.at,
        effect: 'stricter',
        message: `\`${name.text}\` is left out: which port that is stands in /etc/services`,
        instead: `a listener: \`listen: [{ name: ${name.text}, port: … }]\``,
      })
      return []
    }
    return [
      {
        name: freeName(LISTENER_NAMES[place.port] ?? `smtp-${place.port}`, taken),
        place,
        at: name,
        parameters: parameters.with(overrides),
      },
    ]
  })
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}-${number}`
  taken.add(name)
  return name
}

function reportOther(name: PlacedText, command: string, { findings }: PostfixContext): readonly ImportedService[] {
  findings.changed({
    at: name.at,
    effect: 'none',
    message: `\`${name.text}\` stays with Postfix: \`${command}\` is not smtpd`,
  })
  return []
}

function reportPostscreen(name: PlacedText, { findings }: PostfixContext): void {
  findings.missing({
    at: name.at,
    effect: 'laxer',
    message: '`postscreen` is left out: the tests it makes before smtpd are plugins here',
    instead:
      'in the plugin list: `earlytalker: { wait: 6s }`\nand `dnsbl: { zones: [zen.spamhaus.org], reply_at: rcpt }`',
  })
}

export function listenEntry(
  services: readonly ImportedService[],
  parameters: Parameters,
  context: PostfixContext,
): MapEntry {
  const addresses = addressesOf(parameters, context)
  const listeners = services.flatMap((service) =>
    (service.place.address === undefined ? addresses : [service.place.address || '0.0.0.0']).map((address) =>
      listener(service, address, context),
    ),
  )
  return entry('listen', seq(listeners, context.start))
}

const ADDRESSES: Readonly<Record<string, readonly string[]>> = { all: ['0.0.0.0'], 'loopback-only': ['127.0.0.1'] }

function addressesOf(parameters: Parameters, { findings }: PostfixContext): readonly string[] {
  const given = parameters.get('inet_interfaces')
  if (given.text === 'all' && !/ipv4/i.test(parameters.text('inet_protocols')))
    findings.changed({
      at: given.at,
      effect: 'stricter',
      message: '`inet_interfaces = all` is IPv4 alone here',
      instead: 'for IPv6, once more: `listen: [{ …, address: "::" }]`',
    })
  return (
    ADDRESSES[given.text] ??
    parameters
      .words('inet_interfaces')
      .map(({ text }) => text.replace(/^\[|\]$/g, '').replace(/^localhost$/, '127.0.0.1'))
      .filter((text) => /^[0-9a-f.:]+$/i.test(text))
  )
}

function listener(
  { name, place, at, parameters }: ImportedService,
  address: string,
  context: PostfixContext,
): YamlNode {
  const hasTls = hasCertificates(parameters)
  const isForced = parameters.text('smtpd_tls_security_level') === 'encrypt' || parameters.isOn('smtpd_enforce_tls')
  const isWrapped = parameters.isOn('smtpd_tls_wrappermode')
  const entries: MapEntry[] = [
    entry('name', scalar(name, at.at)),
    entry('address', scalar(address, at.at)),
    entry('port', scalar(place.port, at.at)),
  ]
  if (hasTls && isWrapped) entries.push(entry('tls', scalar('implicit', at.at)))
  else if (hasTls && isForced && place.port !== 25) entries.push(entry('require_tls', scalar(true, at.at)))
  else if (hasTls && !isOffered(parameters)) entries.push(entry('tls', scalar('none', at.at)))
  if (isForced && (!hasTls || place.port === 25)) reportForced(at, hasTls, context)
  if (parameters.isOn('smtpd_sasl_auth_enable')) entries.push(entry('auth', authOf(parameters, hasTls, at)))
  return map(entries, at.at)
}

function reportForced(at: PlacedText, hasTls: boolean, { findings }: PostfixContext): void {
  const because = hasTls ? 'port 25 takes mail in clear text (RFC 3207 section 4)' : 'there is no certificate'
  findings.changed({
    at: at.at,
    effect: 'laxer',
    message: `\`${at.text}\` does not insist on TLS: ${because}`,
    instead: 'a rule at `mail`: `match: { tls: false }, return: DENY`',
  })
}

function isOffered(parameters: Parameters): boolean {
  return (
    /^(?:may|encrypt)$/.test(parameters.text('smtpd_tls_security_level')) ||
    parameters.isOn('smtpd_use_tls') ||
    parameters.isOn('smtpd_tls_wrappermode')
  )
}

function authOf(parameters: Parameters, hasTls: boolean, { at }: PlacedText): YamlNode {
  const isTlsOnly =
    hasTls &&
    (parameters.isOn('smtpd_tls_auth_only') ||
      parameters.text('smtpd_tls_security_level') === 'encrypt' ||
      parameters.isOn('smtpd_tls_wrappermode'))
  const mechanisms = ['PLAIN', 'LOGIN'].map((name) => scalar(name, at))
  return map(
    [entry('mechanisms', seq(mechanisms, at)), ...(isTlsOnly ? [] : [entry('without_tls', scalar(true, at))])],
    at,
  )
}

function hasCertificates(parameters: Parameters): boolean {
  return ['smtpd_tls_cert_file', 'smtpd_tls_chain_files', 'smtpd_tls_eccert_file'].some(
    (name) => parameters.text(name) !== '',
  )
}

/** `smtpd_tls_*` as the site's `tls`; nothing without a certificate. */
export function tlsEntries(parameters: Parameters): readonly MapEntry[] {
  const pairs = [
    pairOf(parameters, 'smtpd_tls_cert_file', 'smtpd_tls_key_file'),
    pairOf(parameters, 'smtpd_tls_eccert_file', 'smtpd_tls_eckey_file'),
    ...chainPairs(parameters),
  ].filter((pair) => pair !== undefined)
  const [first] = pairs
  if (!first) return []
  const ca = parameters.get('smtpd_tls_CAfile')
  const asks = parameters.isOn('smtpd_tls_req_ccert')
    ? 'require'
    : parameters.isOn('smtpd_tls_ask_ccert')
      ? 'request'
      : undefined
  return [
    entry(
      'tls',
      map(
        [
          entry('certificates', seq(pairs, first.at)),
          ...(asks === undefined ? [] : [entry('client_certificates', scalar(asks, first.at))]),
          ...(asks === undefined || ca.text === '' ? [] : [entry('ca', scalar(ca.text, ca.at))]),
          ...(/^>=TLSv1\.3$/.test(parameters.text('smtpd_tls_mandatory_protocols'))
            ? [entry('min_version', scalar('TLSv1.3', first.at))]
            : []),
        ],
        first.at,
      ),
    ),
  ]
}

function pairOf(parameters: Parameters, certName: string, keyName: string): YamlNode | undefined {
  const [cert, key] = [parameters.get(certName), parameters.get(keyName)]
  if (cert.text === '') return undefined
  return map(
    [
      entry('cert', scalar(cert.text, cert.at)),
      entry('key', scalar(key.text || cert.text, (key.text ? key : cert).at)),
    ],
    cert.at,
  )
}

function chainPairs(parameters: Parameters): readonly YamlNode[] {
  return parameters
    .words('smtpd_tls_chain_files')
    .map(({ text, at }) => map([entry('cert', scalar(text, at)), entry('key', scalar(text, at))], at))
}

/** Who answers logins, before all other plugins. */
export function authEntries(services: readonly ImportedService[], context: PostfixContext): readonly YamlNode[] {
  const service = services.find(({ parameters }) => parameters.isOn('smtpd_sasl_auth_enable'))
  if (!service) return []
  const { parameters } = service
  const [type, path] = [parameters.get('smtpd_sasl_type'), parameters.get('smtpd_sasl_path')]
  const { at } = parameters.get('smtpd_sasl_auth_enable')
  if (type.text === 'dovecot') {
    const [, inet] = /^inet:(.*)$/.exec(path.text) ?? []
    if (inet === undefined)
      return [
        named(
          'auth/auth_dovecot',
          'socket',
          path.text.startsWith('/') ? path.text : `${parameters.text('queue_directory')}/${path.text}`,
          path,
        ),
      ]
  }
  context.findings.changed({
    at,
    effect: 'stricter',
    message: 'logins are asked of saslauthd: what Cyrus SASL is told stands elsewhere (smtpd.conf)',
    instead: 'another builtin in the place of `auth/auth_pam`: `postern list builtins` (docs/auth.md)',
  })
  return [scalar('auth/auth_pam', at)]
}

function named(builtin: string, param: string, value: Value, { at }: PlacedText): YamlNode {
  return map([entry(builtin, map([entry(param, scalar(value, at))], at))], at)
}

const LIMIT_NAMES: readonly (readonly [parameter: string, limit: LimitName])[] = [
  ['message_size_limit', 'message_size'],
  ['smtpd_recipient_limit', 'recipients'],
  ['smtpd_client_connection_count_limit', 'connections_per_client'],
  ['smtpd_hard_error_limit', 'errors'],
  ['smtpd_junk_command_limit', 'junk_commands'],
  ['smtpd_timeout', 'command_timeout'],
]

/** Also what main.cf does not say: Postfix's own values are kept. */
export function limitEntries(parameters: Parameters, context: PostfixContext): readonly MapEntry[] {
  const limits = LIMIT_NAMES.flatMap(([parameter, name]) => {
    const value = limitValue(parameter, name, parameters, context)
    return value === undefined || value === LIMITS[name].default
      ? []
      : [entry(name, scalar(value, parameters.get(parameter).at))]
  })
  return limits.length === 0 ? [] : [entry('limits', map(limits, context.start))]
}

function limitValue(
  parameter: string,
  name: LimitName,
  parameters: Parameters,
  { findings }: PostfixContext,
): number | undefined {
  const { minimum, unit } = LIMITS[name]
  const number = unit === 'seconds' ? parameters.seconds(parameter) : parameters.number(parameter)
  if (number !== undefined && number >= minimum) return number
  const { at, text } = parameters.get(parameter)
  const used = number ? `${minimum} ${unit}` : 'the default'
  findings.changed({
    at,
    effect: number ? 'laxer' : 'stricter',
    message: `\`${parameter}\` is ${text || 'empty'}, which \`${name}\` cannot be; it is ${used}`,
  })
  return number ? minimum : undefined
}
