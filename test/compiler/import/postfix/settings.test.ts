/** What is no restriction: domains, recipients, checks of the content, the server, delivery. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPostfix } from '../../../../src/compiler/import/postfix/index.ts'
import type { SessionRecord } from '../../../../src/testing/session-record.ts'
import { type Imported, importTexts, load, replyOf } from '../foreign-texts.ts'

const MAIN = '/etc/postfix/main.cf'
const HEAD = 'compatibility_level = 3.6\nmyhostname = mx.example.org\nmynetworks = 10.0.0.0/8\n'

async function made(main: string, more: Readonly<Record<string, string>> = {}): Promise<Imported> {
  const texts = { 'main.cf': `${HEAD}${main}`, ...more }
  const imported = await importTexts(readPostfix, MAIN, texts)
  const { report } = await load(MAIN, imported, texts)
  const wrong = report.sorted().filter(({ severity, message }) => severity === 'error' && !message.includes('/k/'))
  assert.deepEqual(wrong, [])
  return imported
}

const NAMES = { names: 'example.org OK\nexample.net OK\n', plain: 'example.org\n# ours too\nexample.net\n' }
const CERTIFICATE = 'smtpd_tls_cert_file = /k/c.pem\nsmtpd_tls_key_file = /k/k.pem\nsmtpd_tls_security_level = may\n'

/** Lines of main.cf, and what the site file then has. */
const ROWS: readonly (readonly [what: string, main: string, line: RegExp])[] = [
  ['its name', '', /^hostname: mx\.example\.org$/m],
  [
    'its limits',
    'message_size_limit = 70000\nsmtpd_recipient_limit = 200\nsmtpd_timeout = 2m\n',
    /^ {2}message_size: 70000\n {2}recipients: 200\n {2}command_timeout: 120$/m,
  ],
  [
    'its domains',
    'mydestination = $myhostname example.org\nvirtual_alias_domains = v.example\nrelay_domains = r.example\n',
    /^local_domains: \[mx\.example\.org, example\.org, v\.example, r\.example, "\.r\.example"\]$/m,
  ],
  ['domains in a file', 'mydestination = /etc/postfix/plain\n', /^local_domains: \/etc\/postfix\/plain$/m],
  [
    'domains in a table',
    'mydestination =\nvirtual_mailbox_domains = hash:/etc/postfix/names\n',
    /^local_domains: \/etc\/postfix\/names$/m,
  ],
  ['a certificate', CERTIFICATE, /certificates: \[\{ cert: \/k\/c\.pem, key: \/k\/k\.pem \}\]/],
  [
    'logins at Dovecot',
    'smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n',
    /- auth\/auth_dovecot: \{ socket: \/var\/spool\/postfix\/private\/auth \}/,
  ],
  [
    'logins only with TLS',
    `${CERTIFICATE}smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only = yes\n`,
    /auth: \{ mechanisms: \[PLAIN, LOGIN\] \} \}/,
  ],
  ['the queue of Postfix', '', /- queue\/postfix-queue$/m],
  [
    'a filter',
    'content_filter = smtp-amavis:[127.0.0.1]:10024\n',
    /- queue\/smtp-forward: \{ host: "127\.0\.0\.1:10024" \}/,
  ],
  [
    'a filter on a socket',
    'content_filter = lmtp:unix:private/filter\n',
    /- queue\/lmtp: \{ host: \/var\/spool\/postfix\/private\/filter \}/,
  ],
  [
    'the server behind',
    'mydestination =\nrelay_domains = r.example\nrelay_transport = relay:[10.0.0.5]\n',
    /- queue\/smtp-forward: \{ host: "10\.0\.0\.5" \}/,
  ],
]

describe('main.cf says', () => {
  for (const [what, main, line] of ROWS)
    it(what, async () => assert.match((await made(main, NAMES)).files['postern.yaml'] ?? '', line))

  it('what clients may do in a while', async () => {
    const { files } = await made('smtpd_client_message_rate_limit = 9\n')
    assert.match(files['rules/client_rates.yaml'] ?? '', /mail:\n.*\n.*\n.*limit: 9, per: "60s"/)
  })

  it('what nothing here does, line by line', async () => {
    const { findings } = await made(
      'smtpd_milters = inet:localhost:1\nsmtpd_milters = inet:localhost:2\nbiff = no\nmine = x\nmailbox_command = procmail\n',
    )
    const named = findings.filter((line) => /^main\.cf:[4-9]:/.test(line)).map((line) => line.split(' is ')[0])
    assert.deepEqual(named, [
      'main.cf:4:1 info IMP002 `smtpd_milters`',
      'main.cf:5:1 error IMP001 `smtpd_milters`',
      'main.cf:6:1 info IMP002 `biff`',
      'main.cf:7:1 info IMP002 `mine`',
      'main.cf:8:1 info IMP002 `mailbox_command`',
    ])
  })
})

const STRANGER: SessionRecord = {
  remote_ip: '192.0.2.7',
  remote_host: null,
  helo: 'a.example',
  sender: 'ann@friend.example',
  rcpt: ['bob@example.org'],
}

describe('recipients', () => {
  const MAILBOXES =
    'virtual_mailbox_domains = example.org\nvirtual_mailbox_maps = texthash:/etc/postfix/boxes\nrecipient_delimiter = +\n'
  for (const [who, starts] of [
    ['bob', '250'],
    ['bob+x', '250'],
    ['eve', '550 5.1.1'],
    ['x@elsewhere.example', '450 4.7.1'],
  ] as const)
    it(`${who}: ${starts}`, async () => {
      const texts = { 'main.cf': `${HEAD}mydestination =\n${MAILBOXES}`, boxes: 'bob@example.org bob/\n' }
      const imported = await importTexts(readPostfix, MAIN, texts)
      assert.match(
        imported.files['rules/unlisted_recipient.yaml'] ?? '',
        /boxes: \{ file: \/etc\/postfix\/boxes, of: recipient \}/,
      )
      const rcpt = who.includes('@') ? who : `${who}@example.org`
      const reply = await replyOf(MAIN, imported, texts, { ...STRANGER, rcpt: [rcpt] })
      assert.ok(reply.startsWith(starts), reply)
    })
})

describe('content', () => {
  const CHECKS = [
    '/^Subject: .*pills/ REJECT no pills',
    '/^X-Old:/ IGNORE',
    '/^From:.*@evil\\.example/ DISCARD',
    'if /^To:/',
    '/^To:.*trap/ REJECT trapped',
    'endif',
    '/^Cc:.*x/ WARN seen',
    '/anything/ REJECT',
  ]
  const texts = {
    'main.cf': `${HEAD}mydestination = example.org\nlocal_recipient_maps =\nheader_checks = pcre:/etc/postfix/checks\nbody_checks = regexp:/etc/postfix/body\n`,
    checks: `${CHECKS.join('\n')}\n`,
    body: '/^buy now$/ REJECT\n',
  }
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['Subject', 'cheap pills', 'Hello', '554 5.7.1 no pills'],
    ['Subject', 'hello', 'x\r\nbuy now\r\ny', '554 5.7.1 Message content rejected'],
    ['Subject', 'hello', 'please buy now', ''],
    ['To', 'a trap', 'Hello', '554 5.7.1 trapped'],
  ]
  for (const [name, value, body, expected] of rows)
    it(`${name}: ${value} and ${JSON.stringify(body)}`, async () => {
      const imported = await importTexts(readPostfix, MAIN, texts)
      const reply = await replyOf(MAIN, imported, texts, { ...STRANGER, headers: [[name, value]], body }, 'data_post')
      assert.equal(reply, expected)
    })

  it('for any field is left out, with its place', async () => {
    const { findings, marked } = await importTexts(readPostfix, MAIN, texts)
    const index = findings.findIndex((line) => line.startsWith('checks:8:1 error IMP003'))
    assert.equal(marked[index], '/anything/ REJECT')
  })
})

describe('a table', () => {
  it('is used where it lies when it says one thing', async () => {
    const { site, files } = await made('smtpd_client_restrictions = check_client_access cidr:/etc/postfix/bad\n', {
      bad: '192.0.2.0/24 REJECT\n198.51.100.7 REJECT\n',
    })
    assert.match(files['rules/smtpd_client_restrictions.yaml'] ?? '', /file: \/etc\/postfix\/bad, of: ip/)
    assert.ok(![...(site?.copies.keys() ?? [])].some((name) => name.startsWith('lists/')))
  })

  it('is copied otherwise, the most particular line first', async () => {
    const { files, findings } = await made('smtpd_sender_restrictions = check_sender_access hash:/etc/postfix/s\n', {
      s: 'example.net REJECT no\na.example.net OK\nann@example.net DUNNO\n',
    })
    assert.equal(
      files['lists/check_sender_access-s'],
      '# Made from /etc/postfix/s\nann@example.net DECLINED\na.example.net OK\n.a.example.net OK\nexample.net DENY no\n.example.net DENY no\n',
    )
    assert.ok(findings.some((line) => line.startsWith('s:') && line.includes('IMP005')))
  })

  const PG = "hosts = db.example\nuser = pf\npassword = secret\ndbname = mail\nquery = SELECT a FROM t WHERE k = '%s'\n"
  for (const [type, text, source] of [
    ['pgsql', PG, 'source: "postgres://pf@db.example/mail"'],
    ['mysql', PG, 'source: "mysql://pf@db.example/mail"'],
    ['sqlite', "dbpath = /var/x.db\nquery = SELECT a FROM t WHERE k = '%s'\n", 'source: "sqlite:/var/x.db"'],
    [
      'ldap',
      'server_host = ldap://ldap.example\nsearch_base = dc=example\nquery_filter = (mail=%s)\nresult_attribute = access\n',
      'filter: "(mail={key})", attribute: access',
    ],
  ] as const)
    it(`in ${type} is a list outside`, async () => {
      const { files, findings } = await made(
        `smtpd_sender_restrictions = check_sender_access ${type}:/etc/postfix/t.cf\n`,
        { 't.cf': text },
      )
      const rules = files['rules/smtpd_sender_restrictions.yaml'] ?? ''
      assert.ok(rules.includes(source), rules)
      assert.ok(!JSON.stringify([files, findings]).includes('secret'))
    })
})
