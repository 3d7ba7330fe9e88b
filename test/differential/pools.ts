/** What lists hold and what clients say: small pools, so that both often meet. */

/** Files of a configuration, by name. */
export const LISTS: Readonly<Record<string, readonly string[]>> = {
  relayclients: ['127.0.0.7', '127.1.'],
  norelayclients: ['127.1.1.'],
  rcpthosts: ['example.org', '.sub.example.org'],
  hosts_allow: [
    '127.4.0.1 DENY You have sent us enough',
    '127.4.0.2 DENYSOFT Please come back tomorrow',
    '127.4.1.0/24 DECLINED',
    '127.4.0.0/16 DENY Nobody from there',
  ],
  whitelist_zones: ['wl.example'],
  dnsbl_zones: ['bl.example'],
  dnsbl_allow: ['127.0.0.5', '127.2.'],
  rhsbl_zones: ['dsn.example'],
  badhelo: ['spammer.example', '^dyn-[0-9]+'],
  badmailfrom: ['@spam.example', 'bad@ok.example', '^bulk-', 'told@ok.example You know why'],
  badmailfromto: ['bad2@ok.example\tann@example.org', '@mx-only.example\tbob@example.org'],
  badrcptto: ['gone@example.org', '@closed.sub.example.org', '^trap-'],
  rcpt_regexp: [
    '/^closed-[0-9]+@example\\.org$/ DENY Closed for good',
    '/^later-/ DENYSOFT Not now',
    'always@example.org OK',
  ],
  whitelisthosts: ['127.0.0.8', '127.3.'],
  whitelisthelo: ['friend.example'],
  whitelistsenders: ['vip@spam.example', 'vip.example'],
  whitelistrcpt: ['list@elsewhere.example'],
  invalid_resolvable_fromhost: ['127.0.0.0/8'],
}

/** Those that qpsmtpd does not start without, or that stay as they are. */
export const FIXED: Readonly<Record<string, readonly string[]>> = {
  flat_auth_pw: ['ann@example.org:secret', 'bob@example.org:hunter2'],
  rcpt_map: ['ann@x.sub.example.org OK', 'bob@x.sub.example.org DENY Bob has left'],
  databytes: ['66000'],
}

type Pool = readonly [string, ...string[]]

export const CLIENTS: Pool = [
  '127.0.0.1',
  '127.0.0.5',
  '127.0.0.6',
  '127.0.0.7',
  '127.0.0.8',
  '127.0.0.9',
  '127.1.0.1',
  '127.1.1.1',
  '127.2.0.1',
  '127.3.0.1',
  '127.4.0.1',
  '127.4.0.2',
  '127.4.0.3',
  '127.4.1.3',
]
export const HELO_NAMES: Pool = [
  'client.example',
  'client.example',
  'friend.example',
  'spammer.example',
  'dyn-17.isp.example',
  'unknown.example',
  'nodots',
  'localhost',
  '[127.0.0.1]',
]
export const SENDERS: Pool = [
  '',
  'ann@ok.example',
  'Ann@OK.example',
  'bad@ok.example',
  'bad2@ok.example',
  'told@ok.example',
  'x@spam.example',
  'vip@spam.example',
  'a@vip.example',
  'bulk-7@ok.example',
  'a@mx-only.example',
  'a@inside.example',
  'a@nowhere.example',
  'a@listed.example',
  'a@spf-fail.example',
  'a@spf-softfail.example',
  'a@spf-neutral.example',
  'a@spf-pass.example',
  'a@spf-broken.example',
]
export const RECIPIENTS: Pool = [
  'ann@example.org',
  'ann@example.org',
  'bob@example.org',
  'Gone@Example.org',
  'trap-9@example.org',
  'a@sub.example.org',
  'a@x.sub.example.org',
  'ann@x.sub.example.org',
  'Bob@X.sub.example.org',
  'a@closed.sub.example.org',
  'x@elsewhere.example',
  'list@elsewhere.example',
  'postmaster@example.org',
  'postmaster',
  'ann@mx.example.org',
  'closed-3@example.org',
  'later-3@example.org',
  'always@example.org',
  'full@example.org',
  'never@example.org',
]
export const NOISE: Pool = [
  'NOOP',
  'RSET',
  'VRFY ann',
  'HELP',
  'HELP MAIL',
  'HELP nothing',
  'BLAH blah',
  'XYZ',
  'EHLO client.example',
  'MAIL FROM:ann@ok.example',
  'RCPT TO:ann@example.org',
  'MAIL FROM:',
  'RCPT TO:<>',
  'RCPT TO:<nobody>',
  'RCPT TO:<ann@example.org>',
  'DATA',
  '',
]
export const FIELDS: readonly string[] = [
  'From: ann@ok.example',
  'Date: Fri, 20 Nov 2026 12:00:00 +0000',
  'Subject: once',
]
/** User and password. */
export const LOGINS: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['ann@example.org', 'secret'],
  ['Ann@Example.org', 'secret'],
  ['bob@example.org', 'secret'],
  ['nobody@example.org', 'secret'],
  ['ann', 'secret'],
  ['carl@example.org', 'program'],
]
/** Lines that are more than `databytes`. */
export const TOO_BIG: readonly string[] = Array.from({ length: 900 }, () => 'a line of eighty octets'.padEnd(78, '.'))
