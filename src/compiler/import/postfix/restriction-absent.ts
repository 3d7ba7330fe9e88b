/** Restrictions that no rule stands in for, with what to do about each. */
import type { AbsentRestriction } from './restriction-row.ts'

const UNVERIFIED: AbsentRestriction = {
  absent: 'Postern does not ask other servers whether an address exists',
  effect: 'laxer',
  instead: 'a list of recipients: `goodrcptto: { goodrcptto: … }`, also from a database (docs/sources.md)',
}
const NAMESERVERS: AbsentRestriction = {
  absent: 'nothing here looks at name servers and mail exchangers',
  effect: 'laxer',
  instead: 'the word `dns` asks for one record: `postern docs dns`',
  argument: true,
}
const LOGIN_MISMATCH: AbsentRestriction = {
  absent: 'who owns which address is not known here',
  effect: 'laxer',
  instead: 'the builtin `submission_sender`: `postern docs submission_sender`',
}
const MX_BACKUP: AbsentRestriction = {
  absent: 'nothing here relays for whoever names us in DNS',
  effect: 'stricter',
  instead: 'add these domains to relay_domains',
}
const CERTIFICATES: AbsentRestriction = {
  absent: 'fingerprints of client certificates are not compared',
  effect: 'stricter',
  instead: '`match: { tls.client.verified: true }` in a rule of your own',
}

const NO_REJECTION: AbsentRestriction = { absent: 'Postern refuses it by itself', effect: 'none' }

export const ABSENT_RESTRICTIONS: readonly (readonly [string, AbsentRestriction])[] = [
  ['reject_unauth_pipelining', NO_REJECTION],
  ['reject_unlisted_recipient', { absent: 'recipients are looked at below, by `unlisted_recipient`', effect: 'none' }],
  ['reject_unlisted_sender', { absent: 'senders are not looked up among our users', effect: 'laxer' }],
  ['reject_unverified_recipient', UNVERIFIED],
  ['reject_unverified_sender', UNVERIFIED],
  ['reject_sender_login_mismatch', LOGIN_MISMATCH],
  ['reject_authenticated_sender_login_mismatch', LOGIN_MISMATCH],
  ['reject_unauthenticated_sender_login_mismatch', LOGIN_MISMATCH],
  ['reject_known_sender_login_mismatch', LOGIN_MISMATCH],
  ['permit_mx_backup', MX_BACKUP],
  ['permit_tls_clientcerts', CERTIFICATES],
  [
    'check_policy_service',
    {
      absent: 'policy services are not asked',
      effect: 'laxer',
      argument: true,
      instead:
        'what it does as rules; greylisting, limits and SPF have words and builtins: `postern list words`\nor keep Postfix in front, and let it ask Postern too (docs/attach.md)',
    },
  ],
  ['check_ccert_access', { ...CERTIFICATES, effect: 'laxer', argument: true }],
  [
    'check_sasl_access',
    {
      absent: 'tables of logins are not read',
      effect: 'laxer',
      argument: true,
      instead: 'a rule: `match: { auth.user: { in_list: … } }`',
    },
  ],
  ['check_etrn_access', { absent: 'there is no ETRN', effect: 'none', argument: true }],
  ...['client', 'helo', 'sender', 'recipient'].flatMap((of) =>
    ['ns', 'mx', 'a'].map((type): [string, AbsentRestriction] => [`check_${of}_${type}_access`, NAMESERVERS]),
  ),
]
