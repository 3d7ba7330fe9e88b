/** Parameters of main.cf that nothing was made of: each is named once, with what becomes of it. */
import type { Effect } from '../say.ts'
import type { PostfixContext } from './context.ts'
import type { Parameters, Setting } from './main-cf.ts'

interface Row {
  readonly names: RegExp
  readonly effect: Effect
  readonly why: string
  readonly instead?: string
}

/** The first that fits decides. */
const ROWS: readonly Row[] = [
  {
    names: /^smtpd_milters$/,
    effect: 'laxer',
    why: 'milters are not asked',
    instead:
      'what it does as a plugin: `postern list builtins`\nor keep Postfix in front, and let it ask Postern too (docs/attach.md)',
  },
  {
    names:
      /^(?:sender_canonical|recipient_canonical|canonical|masquerade|relocated|smtpd_command_filter|smtpd_forbidden|recipient_bcc|sender_bcc|always_bcc)/,
    effect: 'none',
    why: 'Postfix does it behind Postern, as before',
  },
  { names: /^smtpd_helo_required$/, effect: 'none', why: 'Postern takes no mail before HELO or EHLO' },
  {
    names: /^smtpd_reject_unlisted_sender$/,
    effect: 'laxer',
    why: 'senders are not looked up among our users',
    instead: 'a rule at `mail`: `match: { sender.domain: { in_list: local_domains } }`, with a list of users',
  },
  {
    names: /^smtpd_sender_login_maps$/,
    effect: 'laxer',
    why: 'who owns which address is not known here',
    instead: 'the builtin `submission_sender`',
  },
  {
    names:
      /^smtpd_(?:sasl_local_domain|sasl_security_options|sasl_tls_security_options|sasl_mechanism_filter|sasl_authenticated_header)/,
    effect: 'none',
    why: 'mechanisms are named at the listener: `auth: { mechanisms: [PLAIN, LOGIN] }`',
  },
  {
    names: /^(?:smtpd_tls_|tls_|tlsproxy_)/,
    effect: 'none',
    why: 'TLS is 1.2 or newer here, with the ciphers of Node (docs/tls.md)',
  },
  {
    names: /^postscreen_/,
    effect: 'laxer',
    why: 'the tests of postscreen are plugins here',
    instead: '`earlytalker`, and `dnsbl` with `reply_at: rcpt`',
  },
  {
    names: /^smtpd_(?:etrn|end_of_data)_restrictions$/,
    effect: 'laxer',
    why: 'nothing is made of this list',
    instead: 'rules at `data_post`',
  },
  {
    names: /^smtpd_(?:upstream_proxy|proxy_|authorized_x)/,
    effect: 'stricter',
    why: 'programs in front are named at the listener',
    instead: '`proxy: { from: […] }`, `xclient: { from: […] }` (docs/tls.md)',
  },
  {
    names:
      /^smtpd_(?:banner|discard_ehlo|error_sleep|soft_error|log_|noop|peername|per_record|starttls|policy_service|reject_footer|dns_reply|rejection|null_access|authorized|expansion|delay_open)/,
    effect: 'none',
    why: 'Postern has its own way there',
  },
  {
    names:
      /^(?:readme_directory|html_directory|manpage_directory|sample_directory|command_directory|daemon_directory|data_directory|sendmail_path|newaliases_path|mailq_path|setgid_group|mail_owner|biff|compatibility_level|debug|shlib_directory|meta_directory)/,
    effect: 'none',
    why: 'it is about the programs of Postfix',
  },
  {
    names:
      /^(?:smtp_|lmtp_|relay|local|virtual|pipe|error|qmgr|bounce|mailbox|home_mailbox|alias|transport|default|queue|maximal|minimal|delay|sender_dependent|append|myorigin|recipient_delimiter|inet|proxy|fallback|export|import|maillog|syslog|owner|notify|in_flow|initial|process|hash_queue|non_smtpd|milter|internal_mail|luser|forward|prepend|propagate|allow|strict|swap|disable|enable|mime|header|body|nested|line|dovecot|2bounce|address_verify|authorized|always|double|empty|execution|expand|fast_flush|helpful|ipc|lock|mail_|max_|multi|mynetworks_style|parent|permit|plaintext|rbl|remote|resolve|send_|service|show|stress|trigger|unknown|unverified|access|soft_bounce|broken|relayhost|mailman|cyrus|spamassassin|best|berkeley|lmdb|anvil|config|content)/,
    effect: 'none',
    why: 'it is about what Postfix does with mail behind Postern',
  },
]

export function reportLeftovers(
  settings: readonly Setting[],
  parameters: Parameters,
  { findings }: PostfixContext,
): void {
  const last = new Map(settings.map((one) => [one.name, one]))
  for (const setting of settings) {
    const { name, at, value } = setting
    if (last.get(name) !== setting)
      findings.changed({ at, effect: 'none', message: `\`${name}\` is set again below, and that counts` })
    else if (!parameters.used.has(name) && value.text !== '') report(setting, findings)
    else if (parameters.cut.has(name))
      findings.missing({ at, effect: 'laxer', message: `\`${name}\` is cut: it leads to too many other values` })
  }
}

function report({ name, at, value }: Setting, findings: PostfixContext['findings']): void {
  const { effect = 'none', why = 'nothing here reads it', instead } = ROWS.find(({ names }) => names.test(name)) ?? {}
  const finding = { at, effect, message: `\`${name}\` is not carried over: ${why}`, instead }
  if (effect === 'none' || value.text === 'no') findings.changed({ ...finding, effect: 'none' })
  else findings.missing(finding)
}
