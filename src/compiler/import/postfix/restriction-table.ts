/** Restrictions of smtpd (postconf(5), SMTPD_ACCESS_README): a row for each, with the rules that do the same. */
import type { Fields, Json, RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { replyFor } from './actions.ts'
import { zoneIn } from './dns-filter.ts'
import { ABSENT_RESTRICTIONS } from './restriction-absent.ts'
import type { RestrictionRow, RuleRow, Step } from './restriction-row.ts'

function permit(match: Json, step?: Step): RuleRow {
  return { ...(step && { step }), make: () => ({ match, return: 'DECLINED' }) }
}

function deny(
  reply: number,
  status: string,
  message: string,
): Pick<RuleDraft, 'return' | 'reply_code' | 'status' | 'message'> {
  const code = reply < 500 ? 'DENYSOFT' : 'DENY'
  return { return: code, ...replyFor(code, reply), status, message }
}

/** `reject_…_domain` and the like: a match and a fixed refusal. */
function refuse(step: Step | undefined, match: Json, answer: Partial<RuleDraft>): RuleRow {
  return { ...(step && { step }), make: () => ({ match, ...answer }) }
}

function isOurs(ours: readonly Fields[]): Json {
  const [first, ...others] = ours
  if (!first) return { 'rcpt.domain': { exists: false } }
  return others.length === 0 ? first : { any: ours }
}

/** Bare `postmaster` is ours (RFC 5321 section 4.5.1). Routes in the local part lead elsewhere. */
const ROUTED = { 'rcpt.user': { regex: '[@%!]' } }

function foreign(ours: readonly Fields[]): Json {
  return { 'rcpt.domain': { exists: true }, any: [{ not: isOurs(ours) }, ROUTED] }
}

function onZone(zones: Fields, { text }: PlacedText, word: 'dnsbl' | 'rhsbl'): Json {
  const { zone, regex } = zoneIn(text)
  return { [word]: { zones: [zone], ...zones }, ...(regex !== undefined && { [`${word}.address`]: { regex } }) }
}

function listedName(of: 'sender' | 'helo' | 'remote_host', step: Step, what: string): RuleRow {
  return {
    step,
    argument: 'zone',
    make: ({ argument }) => ({
      match: onZone({ of }, argument, 'rhsbl'),
      ...deny(554, '5.7.1', `Service unavailable; ${what} blocked using \${rhsbl.zone}; \${rhsbl.reason}`),
    }),
  }
}

const LITERAL_OR_NAME = '^(\\[.*\\]|[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\\.?)$'

const NON_FQDN_HELO = refuse(
  'helo',
  { not: { helo: { regex: ['^\\[', '[^.]\\.[^.]'] } } },
  deny(504, '5.5.2', '<${helo}>: Helo command rejected: need fully-qualified hostname'),
)
const INVALID_HELO = refuse(
  'helo',
  { not: { helo: { regex: LITERAL_OR_NAME } } },
  deny(501, '5.5.2', '<${helo}>: Helo command rejected: Invalid name'),
)
const UNKNOWN_HELO: RuleRow = refuse(
  'helo',
  { not: { resolvable: { of: 'helo' } } },
  { on_unknown: 'defer', ...deny(450, '4.7.1', '<${helo}>: Helo command rejected: Host not found') },
)
const UNKNOWN_CLIENT = refuse(
  'client',
  { not: { fcrdns: true } },
  { on_unknown: 'defer', ...deny(450, '4.7.25', `Client host rejected: cannot find your hostname, [\${remote_ip}]`) },
)

export const RESTRICTIONS: ReadonlyMap<string, RestrictionRow> = new Map<string, RestrictionRow>([
  ['permit', permit('always')],
  ['permit_mynetworks', { make: ({ mynetworks }) => ({ match: mynetworks, return: 'DECLINED' }) }],
  ['permit_inet_interfaces', permit({ remote_ip: ['127.0.0.0/8', '::1'] })],
  ['permit_sasl_authenticated', permit({ 'auth.user': { exists: true } }, 'sender')],
  ['permit_auth_destination', { step: 'recipient', make: ({ ours }) => ({ match: isOurs(ours), return: 'DECLINED' }) }],
  [
    'permit_dnswl_client',
    { argument: 'zone', make: ({ argument }) => ({ match: onZone({}, argument, 'dnsbl'), return: 'DECLINED' }) },
  ],
  [
    'permit_rhswl_client',
    {
      argument: 'zone',
      make: ({ argument }) => ({
        match: { fcrdns: true, ...(onZone({ of: 'remote_host' }, argument, 'rhsbl') as Fields) },
        return: 'DECLINED',
      }),
    },
  ],
  ['permit_tls_all_clientcerts', permit({ 'tls.client.verified': true }, 'helo')],
  ['reject', { make: ({ subject }) => ({ match: 'always', ...deny(554, '5.7.1', `${subject}: Access denied`) }) }],
  ['defer', { make: ({ subject }) => ({ match: 'always', ...deny(450, '4.3.2', `${subject}: Try again later`) }) }],
  ['reject_plaintext_session', refuse('helo', { tls: false }, deny(450, '4.7.1', 'Session encryption is required'))],
  [
    'reject_unauth_destination',
    {
      step: 'recipient',
      make: ({ ours }) => ({ match: foreign(ours), ...deny(554, '5.7.1', '<${rcpt}>: Relay access denied') }),
    },
  ],
  [
    'defer_unauth_destination',
    {
      step: 'recipient',
      make: ({ ours }) => ({ match: foreign(ours), ...deny(454, '4.7.1', '<${rcpt}>: Relay access denied') }),
    },
  ],
  [
    'reject_rbl_client',
    {
      argument: 'zone',
      make: ({ argument }) => ({
        match: onZone({}, argument, 'dnsbl'),
        ...deny(
          554,
          '5.7.1',
          'Service unavailable; Client host [${remote_ip}] blocked using ${dnsbl.zone}; ${dnsbl.reason}',
        ),
      }),
    },
  ],
  ['reject_rhsbl_sender', listedName('sender', 'sender', 'Sender address [${sender}]')],
  ['reject_rhsbl_helo', listedName('helo', 'helo', 'Helo command [${helo}]')],
  ['reject_rhsbl_client', listedName('remote_host', 'client', 'Client host [${remote_host}]')],
  ['reject_rhsbl_reverse_client', listedName('remote_host', 'client', 'Unverified Client host [${remote_host}]')],
  [
    'reject_rhsbl_recipient',
    {
      step: 'recipient',
      argument: 'zone',
      make: ({ argument }) => ({
        match: {
          'rcpt.domain': { exists: true },
          dns: { name: `\${rcpt.domain}.${zoneIn(argument.text).zone}`, type: 'A' },
        },
        on_unknown: 'skip',
        ...deny(
          554,
          '5.7.1',
          `Service unavailable; Recipient address [\${rcpt}] blocked using ${zoneIn(argument.text).zone}`,
        ),
      }),
    },
  ],
  [
    'reject_unknown_sender_domain',
    refuse(
      'sender',
      {
        'sender.domain': { exists: true },
        not: { any: [{ 'sender.domain': { in_list: 'local_domains' } }, { resolvable: { of: 'sender' } }] },
      },
      { on_unknown: 'defer', ...deny(450, '4.1.8', '<${sender}>: Sender address rejected: Domain not found') },
    ),
  ],
  [
    'reject_unknown_recipient_domain',
    {
      step: 'recipient',
      make: ({ ours }) => ({
        match: {
          'rcpt.domain': { exists: true },
          not: { any: [...ours, ...['MX', 'A', 'AAAA'].map((type) => ({ dns: { name: '${rcpt.domain}', type } }))] },
        },
        on_unknown: 'defer',
        ...deny(450, '4.1.2', '<${rcpt}>: Recipient address rejected: Domain not found'),
      }),
    },
  ],
  [
    'reject_non_fqdn_sender',
    refuse(
      'sender',
      { 'sender.null': false, not: { 'sender.domain': { regex: '[.[]' } } },
      deny(504, '5.5.2', '<${sender}>: Sender address rejected: need fully-qualified address'),
    ),
  ],
  [
    'reject_non_fqdn_recipient',
    refuse(
      'recipient',
      { 'rcpt.domain': { exists: true }, not: { 'rcpt.domain': { regex: '[.[]' } } },
      deny(504, '5.5.2', '<${rcpt}>: Recipient address rejected: need fully-qualified address'),
    ),
  ],
  ['reject_non_fqdn_helo_hostname', NON_FQDN_HELO],
  ['reject_non_fqdn_hostname', NON_FQDN_HELO],
  ['reject_invalid_helo_hostname', INVALID_HELO],
  ['reject_invalid_hostname', INVALID_HELO],
  ['reject_unknown_helo_hostname', UNKNOWN_HELO],
  ['reject_unknown_hostname', UNKNOWN_HELO],
  ['reject_unknown_client_hostname', UNKNOWN_CLIENT],
  ['reject_unknown_client', UNKNOWN_CLIENT],
  [
    'reject_unknown_reverse_client_hostname',
    refuse(
      'client',
      { remote_host: { exists: false } },
      {
        on_unknown: 'defer',
        ...deny(450, '4.7.25', 'Client host rejected: cannot find your reverse hostname, [${remote_ip}]'),
      },
    ),
  ],
  [
    'reject_multi_recipient_bounce',
    {
      step: 'recipient',
      make: () => ({
        match: { 'sender.null': true, 'rcpt.count': { gte: 1 } },
        ...deny(550, '5.5.3', '<${rcpt}>: Recipient address rejected: Multi-recipient bounce'),
      }),
    },
  ],
  [
    'sleep',
    {
      argument: 'seconds',
      make: ({ argument }) => ({ match: 'always', delay: `${Number.parseInt(argument.text, 10) || 1}s` }),
    },
  ],
  ['check_client_access', { access: 'client' }],
  ['check_reverse_client_hostname_access', { access: 'reverse_client_hostname' }],
  ['check_helo_access', { step: 'helo', access: 'helo' }],
  ['check_sender_access', { step: 'sender', access: 'sender' }],
  ['check_recipient_access', { step: 'recipient', access: 'recipient' }],
  ...ABSENT_RESTRICTIONS,
])
