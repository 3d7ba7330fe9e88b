/** Plugins for logins, senders and recipients. */
import type { Json, RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { type HarakaContext, isExact } from './context.ts'
import { absent, type PluginRow, type Rows } from './row.ts'

type At = PlacedText['at']

async function inHostList(context: HarakaContext, at: At): Promise<void> {
  const lines = await context.lines('host_list')
  for (const { text } of lines) context.localDomains.add(text.toLowerCase())
  const patterns = await context.patternFile('host_list_regex')
  const isOurs = (fact: string): Json => {
    const own: Json = { [fact]: { in_list: 'local_domains' } }
    return patterns === undefined ? own : { any: [own, { [fact]: { matches_list: 'host_list_regex' } }] }
  }
  if (patterns !== undefined) context.list('host_list_regex', patterns)
  const [spoof] = await context.lines('host_list.anti_spoof')
  const isSpoofed = spoof !== undefined && spoof.text !== 'false'
  const mail: readonly RuleDraft[] = isSpoofed
    ? [
        {
          id: 'anti-spoof',
          match: isOurs('sender.domain'),
          unless: { relay_client: true },
          return: 'DENY',
          message: "Mail from domain '${sender.domain}' is not allowed from your host",
        },
      ]
    : []
  const rcpt: readonly RuleDraft[] = [
    { id: 'host-list', summary: 'host_list', match: isOurs('rcpt.domain'), return: 'OK' },
  ]
  context.plugin(
    {
      plugin: 'in_host_list',
      summary: 'Accepts recipients in our domains.',
      hooks: { mail, rcpt },
    },
    at,
  )
}

async function blocklist(name: string, hook: 'mail' | 'rcpt', context: HarakaContext, at: At): Promise<void> {
  const fact = hook === 'mail' ? 'sender' : 'rcpt'
  const list = await context.exactList(name, 'address')
  if (list === undefined) return
  const first = (await context.lines(name)).find(({ text }) => isExact('address', text))
  if (first) context.examples.push({ of: fact, value: first.text, list: name })
  const rule: RuleDraft = {
    id: 'listed',
    summary: name,
    match: { [fact]: { in_list: context.list(name, list) } },
    return: 'DENY',
    message: hook === 'mail' ? 'Mail from you is not allowed here' : 'Mail to that address is not accepted here',
  }
  context.plugin(
    { plugin: name.replaceAll('.', '_'), summary: `Refuses who is listed in ${name}.`, hooks: { [hook]: [rule] } },
    at,
  )
}

async function isResolvable(context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini('mail_from.is_resolvable.ini')
  const isRejecting = ini.isOn('reject', 'no_mx', true) || ini.isOn('main', 'reject_no_mx', false)
  context.use('resolvable_fromhost', { reject_type: 'perm', ...context.replyAt }, at, { isMonitor: !isRejecting })
}

/** Which results refuse; the parameter of the builtin counts upward (qpsmtpd). */
async function spf(context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini('spf.ini')
  const isSoft = ini.isOn('deny', 'mfrom_softfail', false)
  const isFail = ini.isOn('deny', 'mfrom_fail', false)
  context.use('sender_permitted_from', { reject: isSoft ? 4 : isFail ? 3 : 0, ...context.replyAt }, at)
  for (const name of ['helo_fail', 'helo_softfail', 'helo_permerror', 'mfrom_permerror'])
    if (ini.isOn('deny', name, false))
      context.findings.missing({
        at: ini.get('deny', name)?.at ?? at,
        effect: 'laxer',
        message: `\`${name}\` is left out: \`sender_permitted_from\` does not refuse for it`,
        instead: 'a rule with the word `spf`: `postern docs spf`',
      })
}

async function flatFile(context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini('auth_flat_file.ini')
  const users = ini.section('users')
  const name = 'passwords'
  const secret = (text: string): string => (/^[{$]/.test(text) ? `{PLAIN}${text}` : text)
  context.copies.set(
    name,
    `# Made from ${context.file('auth_flat_file.ini')}\n${users.map(({ key, value }) => `${key}:${secret(value.text)}\n`).join('')}`,
  )
  context.modes.set(name, 0o600)
  context.hasLogins = true
  context.findings.copied(context.at('auth_flat_file.ini'), 'auth_flat_file.ini', name)
  context.use('auth/auth_flat_file', { flat_auth_pw: name }, at)
}

function otherAuth(builtin: string): PluginRow {
  return absent('where it asks is said otherwise here', 'stricter', `\`${builtin}: { … }\` (docs/auth.md)`)
}

async function maxUnrecognized(context: HarakaContext, at: At): Promise<void> {
  const [line] = await context.lines('max_unrecognized_commands')
  const max = Number(line?.text ?? 10)
  context.use('count_unrecognized_commands', { max: Number.isInteger(max) && max > 0 ? max : 10 }, line?.at ?? at)
}

async function maxCount(context: HarakaContext, at: At): Promise<void> {
  const [line] = await context.lines('rcpt_to.max_count')
  const rule: RuleDraft = {
    id: 'too-many',
    match: { 'rcpt.count': { gte: Number(line?.text ?? 40) || 40 } },
    return: 'DENY_DISCONNECT',
    message: 'Too many recipient attempts',
  }
  context.plugin({ plugin: 'rcpt_to_max_count', summary: 'Refuses messages to too many.', hooks: { rcpt: [rule] } }, at)
}

const NO_BOUNCES: RuleDraft = {
  id: 'null-sender',
  match: { 'sender.null': true },
  return: 'DENY',
  message: 'No bounces accepted here',
}

export const ENVELOPE: Rows = {
  'rcpt_to.in_host_list': { make: inHostList },
  'rcpt_to.host_list_base': { make: () => undefined },
  'mail_from.blocklist': { make: (context, at) => blocklist('mail_from.blocklist', 'mail', context, at) },
  'rcpt_to.blocklist': { make: (context, at) => blocklist('rcpt_to.blocklist', 'rcpt', context, at) },
  'mail_from.is_resolvable': { make: isResolvable },
  'mail_from.nobounces': {
    make: (context, at) =>
      context.plugin(
        { plugin: 'mail_from_nobounces', summary: 'Refuses the null sender.', hooks: { mail: [NO_BOUNCES] } },
        at,
      ),
  },
  'rcpt_to.max_count': { make: maxCount },
  spf: { make: spf },
  max_unrecognized_commands: { make: maxUnrecognized },
  delay_deny: { make: () => undefined },
  'auth/flat_file': { make: flatFile },
  'auth/auth_proxy': otherAuth('auth/auth_smtpd'),
  'auth/auth_bridge': otherAuth('auth/auth_smtpd'),
  'auth/auth_ldap': otherAuth('auth/auth_ldap_bind'),
  'auth-ldap': otherAuth('auth/auth_ldap_bind'),
  'auth/auth_vpopmaild': otherAuth('auth/auth_vpopmail_sql'),
  'auth-imap': otherAuth('auth/auth_imap'),
  'auth-enc-file': otherAuth('auth/auth_flat_file'),
  dovecot: otherAuth('auth/auth_dovecot'),
  'rcpt_to.ldap': absent('the directory is said otherwise here', 'laxer', '`rcpt_ldap: { … }`'),
  ldap: absent('the directory is said otherwise here', 'laxer', '`rcpt_ldap: { … }` and `auth/auth_ldap_bind: { … }`'),
  'qmail-deliverable': absent(
    'its server is said otherwise here',
    'laxer',
    '`qmail_deliverable: { server: "http://127.0.0.1:8998/qd1/deliverable?{key}" }`',
  ),
  'rcpt_to.qmail_deliverable': absent(
    'its server is said otherwise here',
    'laxer',
    '`qmail_deliverable: { server: "http://127.0.0.1:8998/qd1/deliverable?{key}" }`',
  ),
  'rcpt_to.routes': absent(
    'which recipients there are stands in Redis',
    'laxer',
    '`goodrcptto: { goodrcptto: "redis://127.0.0.1:6379/4#prefix=" }` (docs/sources.md)',
  ),
  recipient_routes: absent(
    'which recipients there are stands in Redis',
    'laxer',
    '`goodrcptto: { goodrcptto: "redis://127.0.0.1:6379/4#prefix=" }` (docs/sources.md)',
  ),
  'recipient-routes': absent(
    'which recipients there are stands in Redis',
    'laxer',
    '`goodrcptto: { goodrcptto: "redis://127.0.0.1:6379/4#prefix=" }` (docs/sources.md)',
  ),
  aliases: absent(
    'its file has a form of its own',
    'stricter',
    '`aliases: { aliases: lists/aliases }` with lines `user: address`',
  ),
  greylist: absent(
    'its counts are not carried over',
    'laxer',
    'rules that count with the word `rate` (docs/sources.md)',
  ),
}
