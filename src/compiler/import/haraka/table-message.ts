/** Plugins for messages, for where they go, and for the program itself. */
import { type Fields, literal, type RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { HarakaContext } from './context.ts'
import { nodeOf } from './context.ts'
import type { Ini } from './ini.ts'
import { absent, missingCheck, OF_THE_PROGRAM, type PluginRow, type Rows, scanner } from './row.ts'

type At = PlacedText['at']

function headers(file: string): PluginRow {
  return {
    make: async (context, at) => {
      const ini = await context.ini(file)
      const rules = [
        ...fieldsIn(ini, 'required', ['From', 'Date']).flatMap((field) =>
          headerRule(
            ini,
            'missing_required',
            { missing_header: { fields: [field] } },
            `Required header '${literal(field)}' missing`,
          ),
        ),
        ...headerRule(
          ini,
          'duplicate_singular',
          { repeated_header: { fields: fieldsIn(ini, 'singular', SINGULAR) } },
          'Only one ${repeated_header.names} header allowed. See RFC 5322, Section 3.6',
        ),
        ...dateRules(ini),
      ]
      for (const name of ['invalid_return_path', 'delivered_to', 'from_phish'])
        missingCheck(name, ini, context, { at, instead: 'a rule at `data_post` about the field' })
      context.plugin(
        { plugin: 'header_checks', summary: 'What the plugin headers looks at.', hooks: { data_post: rules } },
        at,
      )
    },
  }
}

/** Unless headers.ini says otherwise. */
const SINGULAR = [
  'Date',
  'From',
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Bcc',
  'Message-Id',
  'In-Reply-To',
  'References',
  'Subject',
]

function fieldsIn(ini: Ini, key: string, unless: readonly string[]): readonly string[] {
  const words = ini.words('main', key).map(({ text }) => text)
  return words.length > 0 ? words : unless
}

function headerRule(ini: Ini, name: string, match: Fields, message: string): readonly RuleDraft[] {
  if (!ini.isOn('check', name, true)) return []
  const isRejecting = ini.isOn('reject', name, false)
  return [
    {
      id: name,
      match,
      return: 'DENY',
      message,
      ...(!isRejecting && { mode: 'monitor' }),
    },
  ]
}

function dateRules(ini: Ini): readonly RuleDraft[] {
  const [future, past] = [ini.text('main', 'date_future_days'), ini.text('main', 'date_past_days')].map((text) =>
    Number(text ?? 0),
  )
  return [
    ...(future
      ? headerRule(ini, 'invalid_date', { date: { ahead_by: `${future}d` } }, 'The Date header is in the future')
      : []),
    ...(past
      ? headerRule(ini, 'invalid_date', { date: { older_than: `${past}d` } }, 'The Date header is in the past')
      : []),
  ]
}

const SEVERAL_RECIPIENTS: RuleDraft = {
  id: 'single-recipient',
  match: { 'sender.null': true, 'rcpt.count': { gt: 1 } },
  unless: { relay_client: true },
  return: 'DENY',
  message: 'this bounce message has too many recipients',
}

const ALL_BOUNCES: RuleDraft = {
  id: 'all-bounces',
  match: { 'sender.null': true },
  unless: { relay_client: true },
  return: 'DENY',
  message: 'Bounces not accepted here',
}

function badRecipient(list: string): RuleDraft {
  return {
    id: 'bad-recipient',
    summary: 'bounce_bad_rcpt',
    match: { 'sender.null': true, rcpt: { in_list: list } },
    unless: { relay_client: true },
    return: 'DENY',
    message: '${rcpt} does not accept bounces',
  }
}

async function bounce(context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini('bounce.ini')
  const isSingle = ini.isOn('check', 'single_recipient', true) && ini.isOn('reject', 'single_recipient', true)
  const data = isSingle ? [SEVERAL_RECIPIENTS] : []
  const isForNobody = ini.isOn('reject', 'all_bounces', false) || ini.isOn('check', 'reject_all', false)
  const mail = isForNobody ? [ALL_BOUNCES] : []
  const never = ini.isOn('reject', 'bad_rcpt', true) ? await context.exactList('bounce_bad_rcpt', 'address') : undefined
  const rcpt = never === undefined ? [] : [badRecipient(context.list('bounce_bad_rcpt', never))]
  for (const name of ['empty_return_path', 'bounce_spf', 'hash_validation']) missingCheck(name, ini, context, { at })
  context.plugin({ plugin: 'bounce', summary: 'What bounces may look like.', hooks: { mail, rcpt, data } }, at)
}

async function smtpForward(file: string, context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini(file)
  const [host, port] = [ini.text('main', 'host') ?? 'localhost', Number(ini.text('main', 'port') ?? 25)]
  const user = ini.get('main', 'auth_user')
  const tls = ini.isOn('main', 'enable_tls', false) ? {} : { tls: 'none' }
  context.use('queue/smtp-forward', { host: [host], ...(port !== 25 && { port }), ...tls }, at)
  if (user)
    context.findings.missing({
      at: user.at,
      effect: 'stricter',
      message: '`auth_user` is left out: its password is not copied',
      instead: `\`queue/smtp-forward: { user: ${user.text}, password_file: … }\``,
    })
  reportRoutes(ini, context)
}

/** `[example.com]`: another server for a domain. */
function reportRoutes(ini: Ini, { findings }: HarakaContext): void {
  for (const { section, key, at } of ini.entries)
    if (section !== 'main' && key === 'host')
      findings.missing({
        at: at.at,
        effect: 'stricter',
        message: `the server for \`${section}\` is left out`,
        instead: `before the last entry: \`use: queue/smtp-forward, with: { … }, match: { recipients: "@${section}" }\``,
      })
}

async function lmtp(context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini('lmtp.ini')
  const [path, host, port] = [
    ini.text('main', 'path'),
    ini.text('main', 'host') ?? 'localhost',
    Number(ini.text('main', 'port') ?? 24),
  ]
  context.use('queue/lmtp', { host: path ?? host, ...(path === undefined && port !== 24 && { port }) }, at)
  reportRoutes(ini, context)
}

async function tls(context: HarakaContext, at: At): Promise<void> {
  const ini = await context.ini('tls.ini')
  const inside = (name: string): string => (name.startsWith('/') ? name : context.file(name))
  const cert = inside(ini.text('main', 'cert') ?? 'tls_cert.pem')
  const key = inside(ini.text('main', 'key') ?? 'tls_key.pem')
  const ciphers = ini.text('main', 'ciphers')
  const asks = ini.isOn('main', 'rejectUnauthorized', false)
    ? 'require'
    : ini.isOn('main', 'requestCert', false)
      ? 'request'
      : undefined
  context.settings.set(
    'tls',
    nodeOf(
      {
        certificates: [{ cert, key }],
        ...(ciphers !== undefined && { ciphers }),
        ...(asks !== undefined && { client_certificates: asks }),
      },
      at,
    ),
  )
  for (const { at: line } of ini.section('no_tls_hosts'))
    context.findings.changed({
      at: line.at,
      effect: 'none',
      message: `\`${line.text}\` is offered STARTTLS like everybody`,
    })
}

export const MESSAGE: Rows = {
  headers: headers('headers.ini'),
  'data.headers': headers('data.headers.ini'),
  bounce: { make: bounce },
  tls: { make: tls },
  'queue/smtp_forward': { make: (context, at) => smtpForward('smtp_forward.ini', context, at) },
  'queue/smtp_proxy': { make: (context, at) => smtpForward('smtp_proxy.ini', context, at) },
  'queue/smtp_bridge': { make: (context, at) => smtpForward('smtp_bridge.ini', context, at) },
  'queue/lmtp': { make: lmtp },
  'queue/qmail-queue': { make: (context, at) => context.use('queue/qmail-queue', {}, at) },
  'queue/discard': { make: (context, at) => context.use('queue/discard', {}, at) },
  'queue/quarantine': absent('messages are not kept aside', 'none', '`queue/maildir: { path: … }` with a `match`'),
  'queue/test': absent('it is for tests', 'none', '`queue/maildir: { path: … }`'),
  'queue/mongodb': absent(
    'nothing here writes into MongoDB',
    'stricter',
    '`queue/http-forward: { … }` or `queue/pipe: { … }`',
  ),
  'queue/rabbitmq': absent(
    'nothing here writes into RabbitMQ',
    'stricter',
    '`queue/http-forward: { … }` or `queue/pipe: { … }`',
  ),
  'queue/kafka': absent(
    'nothing here writes into Kafka',
    'stricter',
    '`queue/http-forward: { … }` or `queue/pipe: { … }`',
  ),
  clamd: scanner('ClamAV'),
  spamassassin: scanner('SpamAssassin'),
  rspamd: scanner('rspamd'),
  avg: scanner('AVG'),
  esets: scanner('ESET'),
  messagesniffer: scanner('Message Sniffer'),
  'data.uribl': scanner('lists of the links in messages'),
  uribl: scanner('lists of the links in messages'),
  attachment: absent(
    'attachments are not looked into',
    'laxer',
    'a rule at `data_post`: `match: { body: { regex: \'(?m)filename="?[^"]*\\.exe\' } }`',
  ),
  dkim: absent('nothing is signed or verified here', 'none'),
  dkim_sign: absent('nothing is signed here', 'none', 'the next server signs'),
  dkim_verify: absent('nothing is verified by itself', 'none'),
  'data.noreceived': absent(
    'whether a Received field is there is asked by a rule',
    'laxer',
    '`match: { header.Received: { exists: false } }` at `data_post`',
  ),
  'data.signatures': absent(
    'texts of bodies are asked by rules',
    'laxer',
    '`match: { body: { contains: … } }` at `data_post`',
  ),
  'data.nomsgid': absent(
    'whether a Message-ID is there is asked by a rule',
    'laxer',
    '`headers: { require: [From, Message-ID] }`',
  ),
  block_me: absent('no mail adds to a list here', 'none'),
  backscatterer: absent(
    'bounces are not asked about in lists',
    'laxer',
    'a rule: `match: { sender.null: true, dnsbl: { zones: [ips.backscatterer.org] } }`',
  ),
  prevent_credential_leaks: absent('passwords in messages are not looked for', 'laxer'),
  process_title: OF_THE_PROGRAM,
  syslog: OF_THE_PROGRAM,
  'log.syslog': OF_THE_PROGRAM,
  'log.elasticsearch': OF_THE_PROGRAM,
  elasticsearch: OF_THE_PROGRAM,
  graph: OF_THE_PROGRAM,
  watch: OF_THE_PROGRAM,
  status: OF_THE_PROGRAM,
  redis: OF_THE_PROGRAM,
  reseed_rng: OF_THE_PROGRAM,
  record_envelope_addresses: OF_THE_PROGRAM,
  'known-senders': absent('nobody is known for having been written to', 'none'),
  xclient: absent(
    'who may say XCLIENT is named at the listener',
    'stricter',
    '`listen: [{ …, xclient: { from: [127.0.0.1] } }]` (docs/tls.md)',
  ),
}
