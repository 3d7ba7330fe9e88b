/** Configurations of Haraka, and sessions for each of them, drawn from what its files are about. */
import { randomFrom } from '../../../../support/random.ts'

export interface Configuration {
  readonly name: string
  /** Below `config/`. */
  readonly files: Readonly<Record<string, string>>
}

export interface Session {
  readonly ip: string
  /** Its name in DNS, both ways; none: it has none. */
  readonly host: string | undefined
  readonly helo: string
  readonly sender: string
  readonly rcpts: readonly string[]
  /** Lines of the header section. */
  readonly headers: readonly string[]
}

const LISTS = {
  host_list: 'example.org\nSUB.example.org\n',
  host_list_regex: '.*\\.lists\\.example\n',
  relay_acl_allow: '10.0.0.0/8\n20.0.9.9\n',
  'connect.rdns_access.blacklist': '20.0.3.3\nbad.example.net\n20.0.4.0/24\n',
  'connect.rdns_access.blacklist_regex': 'dyn-.*\\.example\\.net\n',
  'connect.rdns_access.whitelist': 'dyn-7.example.net\n',
  'mail_from.access.blacklist': 'spam@example.net\nlisted.example.net\n',
  'mail_from.access.blacklist_regex': 'bulk-[0-9]+@.*\n.*@evil\\.example\\.net\n',
  'mail_from.access.whitelist': 'bulk-7@example.net\n',
  'rcpt_to.access.blacklist': 'gone@example.org\n',
  'rcpt_to.access.blacklist_regex': 'old-.*\n',
  'rcpt_to.access.whitelist': 'old-friend@example.org\n',
  bounce_bad_rcpt: 'list@example.org\n',
} as const

const ZONES = 'zones[]=bl.example.net\nzones[]=soft.example.net\nperiodic_checks=0\n[soft.example.net]\nreject=false\n'
const PLUGINS = [
  'relay',
  'access',
  'dns-list',
  'helo.checks',
  'bounce',
  'headers',
  'rcpt_to.in_host_list',
  'queue/discard',
]

function configuration(
  name: string,
  more: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): Configuration {
  const plugins = `${[...before, ...PLUGINS].join('\n')}\n`
  return { name, files: { plugins, me: 'mx.example.org\n', ...LISTS, 'dns-list.ini': ZONES, ...more } }
}

export const CONFIGURATIONS: readonly Configuration[] = [
  configuration('as it comes'),
  configuration('strict', {
    'helo.checks.ini':
      '[check]\nliteral_mismatch=1\n[reject]\nmatch_re=true\nbare_ip=true\nvalid_hostname=true\nrdns_match=true\nliteral_mismatch=true\nbig_company=true\nforward_dns=true\n[bigco]\ngoogle.com=google.com\n',
    'helo.checks.regexps': 'liar.*\n',
    'headers.ini': '[reject]\nmissing_required=true\nduplicate_singular=true\n',
    'bounce.ini': '[reject]\nall_bounces=true\n',
    'access.ini': '[deny_msg]\nmail=no mail from you\n',
    'host_list.anti_spoof': 'true\n',
  }),
  configuration('delayed', {}, ['delay_deny']),
  configuration('white lists accept', { 'access.ini': '[rcpt]\naccept=true\n[check]\nconn=false\n' }),
]

const CLIENTS: readonly (readonly [ip: string, host: string | undefined])[] = [
  ['20.0.1.1', 'mail.example.com'],
  ['20.0.2.2', undefined],
  ['20.0.3.3', 'mail.example.com'],
  ['20.0.4.4', 'mail.example.com'],
  ['20.0.5.5', 'bad.example.net'],
  ['20.0.5.6', 'a.bad.example.net'],
  ['20.0.6.6', 'dyn-6.example.net'],
  ['20.0.6.7', 'dyn-7.example.net'],
  ['20.0.7.7', 'listed.example.com'],
  ['20.0.7.8', 'softly.example.com'],
  ['10.0.0.5', 'desk.example.com'],
  ['20.0.9.9', 'relay.example.com'],
]
/** Clients on the lists of DNS. */
export const LISTED: Readonly<Record<string, string>> = { '20.0.7.7': 'bl.example.net', '20.0.7.8': 'soft.example.net' }

const HELOS = [
  'mail.example.com',
  'plain',
  '20.0.1.1',
  '[20.0.1.1]',
  '[20.0.99.1]',
  '[20.0.1.200]',
  'liar.example.com',
  'google.com',
  'other.example.net',
]
const SENDERS = [
  'ann@example.com',
  '',
  'spam@example.net',
  'SPAM@Example.Net',
  'x@listed.example.net',
  'bulk-1@example.net',
  'bulk-7@example.net',
  'x@evil.example.net',
  'me@example.org',
  'me@sub.example.org',
]
const RCPTS = [
  'bob@example.org',
  'bob@EXAMPLE.org',
  'bob@sub.example.org',
  'bob@a.example.org',
  'bob@x.lists.example',
  'bob@elsewhere.example.com',
  'gone@example.org',
  'old-x@example.org',
  'old-friend@example.org',
  'list@example.org',
]
const DATE = 'Date: Fri, 20 Nov 2026 12:00:00 +0000'
const HEADERS = [
  ['From: ann@example.com', DATE, 'Subject: hi'],
  ['Subject: hi'],
  ['From: ann@example.com', 'Subject: no date'],
  ['From: ann@example.com', DATE, 'Subject: one', 'Subject: two'],
]

export function sessions(seed: number, count: number): readonly Session[] {
  const random = randomFrom(seed)
  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(random() * list.length)]
    if (one === undefined) throw new Error('nothing to choose from')
    return one
  }
  const usual = <T>(list: readonly T[]): T => pick(random() < 0.5 ? list.slice(0, 1) : list)
  return Array.from({ length: count }, () => {
    const [ip, host] = usual(CLIENTS)
    const rcpts = random() < 0.2 ? [pick(RCPTS), pick(RCPTS)] : [usual(RCPTS)]
    return { ip, host, helo: usual(HELOS), sender: usual(SENDERS), rcpts, headers: usual(HEADERS) }
  })
}

/** What DNS says about a session, in the words of session files. */
export function dnsOf({ ip, host, helo }: Session): Readonly<Record<string, readonly string[] | 'NXDOMAIN'>> {
  const reverse = ip.split('.').toReversed().join('.')
  const zones = ['bl.example.net', 'soft.example.net']
  const lists = zones.map((zone) => [`${reverse}.${zone} A`, LISTED[ip] === zone ? ['127.0.0.2'] : 'NXDOMAIN'] as const)
  return {
    [`${helo} A`]: 'NXDOMAIN',
    [`${reverse}.in-addr.arpa PTR`]: host === undefined ? 'NXDOMAIN' : [host],
    ...(host !== undefined && { [`${host} A`]: [ip] }),
    ...Object.fromEntries(lists),
  }
}
