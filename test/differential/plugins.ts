/**
 * The plugins that are compared, each in the forms that it may have. `ROOT` stands for the directory of a run, `PORT` for the
 * port of the next server.
 */

/** Lines of the list of plugins that are alternatives; an empty one is none. */
export type Forms = readonly [string, ...string[]]

/** In the order in which they are usually loaded. */
export const PLUGINS: readonly Forms[] = [
  ['hosts_allow', '', ''],
  ['ident/p0f ROOT/spool/p0f.sock', ''],
  ['connection_time', 'connection_time LOGDEBUG', ''],
  ['content_log', ''],
  ['loadcheck max_load 100000', ''],
  ['tls ROOT/ssl/server.crt ROOT/ssl/server.key ROOT/ssl/ca.crt', ''],
  ['noop_counter', 'noop_counter 2', ''],
  ['help help_dir ROOT/help', '', '', 'help not_implemented 1', 'help mail ROOT/help/mail', ''],
  ['parse_addr_withhelo', '', ''],
  ['dont_require_anglebrackets', '', '', ''],
  ['', 'auth/auth_flat_file', ''],
  ['', '', 'auth/auth_checkpassword checkpw ROOT/bin/checkpassword true /bin/true'],
  ['', '', '', '', 'auth/authdeny'],
  ['relay', 'check_relay'],
  ['dns_whitelist_soft', '', ''],
  ['', 'whitelist'],
  ['fcrdns', 'fcrdns reject 0', ''],
  ['', '', 'earlytalker', '', '', 'check_earlytalker defer-reject 1', '', 'earlytalker reject 0'],
  ['dnsbl', 'dnsbl reject 0', 'dnsbl reject naughty', 'dnsbl reject_type temp', 'dnsbl disconnect'],
  ['helo', 'helo policy rfc', 'helo reject 0', 'check_spamhelo', 'helo policy strict'],
  ['count_unrecognized_commands', 'count_unrecognized_commands 2'],
  ['resolvable_fromhost', 'resolvable_fromhost reject_type perm', ''],
  ['rhsbl', 'rhsbl reject 0', 'rhsbl disconnect'],
  [
    'badmailfrom',
    'check_badmailfrom',
    'badmailfrom reject naughty',
    'badmailfrom reject 0',
    'badmailfrom reject_type temp',
  ],
  ['badmailfromto'],
  [
    '',
    'sender_permitted_from reject 5',
    'sender_permitted_from reject 2',
    'sender_permitted_from reject 3',
    'sender_permitted_from spf_deny 1',
    'sender_permitted_from reject 4',
    'sender_permitted_from reject 6',
  ],
  ['badrcptto', 'check_badrcptto'],
  ['rcpt_regexp', '', ''],
  ['', 'rcpt_map domain x.sub.example.org file ROOT/etc/rcpt_map default DENYSOFT=Ask_again_later', ''],
  ['headers', 'headers require From,Date past 5 future 2', 'headers reject 0', 'headers reject_type temp'],
  ['loop', 'check_loop 4', 'loop 3'],
]

/** In front of rcpt_ok, where some plugin leaves its refusals to it. */
export const NAUGHTY: Forms = ['naughty', 'naughty reject data']

export const QUEUES: Forms = [
  'queue/maildir ROOT/Maildir',
  'queue/maildir ROOT/Maildir',
  'queue/qmail-queue ROOT/bin/qmail-queue',
  'queue/exim-bsmtp exim_path ROOT/bin/rsmtp',
  'queue/maildir ROOT/Maildir',
  'queue/smtp-forward 127.0.0.1 PORT',
]

/** What is not seen among others: plugins that leave nothing to them, and naughty without dnsbl. */
export const ALONE: readonly (readonly string[])[] = [
  ['random_error 100'],
  ['relay only 1'],
  ['badmailfrom reject naughty', 'naughty'],
  ['whitelist', 'badmailfrom reject naughty', 'headers', 'naughty reject data'],
  ['whitelist per_recipient 1 merge 0', 'badrcptto'],
]

/** Loggers besides logging/warn. They have no say. */
export const LOGGERS: readonly string[] = [
  'logging/adaptive accept LOGINFO reject LOGWARN',
  'logging/file loglevel LOGINFO ROOT/spool/log',
  'logging/devnull',
]

/** Every plugin that some configuration has, by its name in qpsmtpd's directory of plugins. */
export const COMPARED: ReadonlySet<string> = new Set(
  [...PLUGINS.flat(), ...NAUGHTY, ...QUEUES, ...ALONE.flat(), ...LOGGERS, 'logging/warn', 'rcpt_ok'].flatMap(
    (line) => line.split(' ', 1)[0] || [],
  ),
)
