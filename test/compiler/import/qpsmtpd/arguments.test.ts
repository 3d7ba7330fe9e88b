/** Arguments of qpsmtpd's plugins, in all their forms: old words, files of their own, and what nothing here stands in for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Difference } from '../../../../src/compiler/import/differences.ts'
import { entries, imported } from '../imported.ts'

describe('a line of the list of plugins', () => {
  const cases: readonly (readonly [name: string, lines: string, made: readonly string[]])[] = [
    [
      'may be about days in both directions, and wants a date',
      'check_basicheaders 3\ncheck_basicheaders days 3 past 9 reject_type temp',
      [
        '- headers: { require: [From, Date], past: "3d", future: "3d" }',
        '- headers:1: { reject_type: temp, require: [From, Date], future: "3d", past: "9d" }',
      ],
    ],
    [
      'refuses as `reject` says, whatever `action` says beside it',
      'earlytalker reject 1 action log\nearlytalker action deny\nearlytalker action tolerate',
      ['- earlytalker', '- earlytalker:1', '- use: earlytalker:2', '  mode: monitor'],
    ],
    [
      'may wait for parts of a second',
      'earlytalker wait 0.5\nearlytalker wait 0',
      ['- earlytalker: { wait: "0.5s" }', '- earlytalker:1: { wait: "0s" }'],
    ],
    [
      'hangs up or does not',
      'rhsbl temp\nrhsbl Disconnect',
      ['- rhsbl: { zones: [], reject_type: perm }', '- rhsbl:1: { zones: [], reject_type: disconnect }'],
    ],
    [
      'may have had another way to say how much SPF refuses',
      'sender_permitted_from reject 2 spf_deny 1\nsender_permitted_from spf_deny 3 reject 5\nsender_permitted_from reject 9',
      [
        '- sender_permitted_from: { reject: 3 }',
        '- sender_permitted_from:1: { reject: 5 }',
        '- sender_permitted_from:2: { reject: 6 }',
      ],
    ],
    [
      'has the longer patience that a later word asks for',
      'helo dns_timeout 7 timeout 3 policy rfc',
      ['- helo: { policy: rfc, timeout: "7s" }'],
    ],
    [
      'may have numbers with a point',
      'loadcheck max_load 7.5\nrandom_error 0.5',
      ['- loadcheck: { max_load: 7.5 }', '- random_error: { percent: 0.5 }'],
    ],
    [
      'gives a domain its text',
      'rcpt_map domain a.example file /m default DENYSOFT=Not_now',
      ['- rcpt_map: { domain: a.example, file: /m, default: DENYSOFT, message: "Not now" }'],
    ],
    [
      'takes no more words than it has places',
      'queue/smtp-forward mx.example 25 xclient tls',
      ['- queue/smtp-forward: { host: mx.example, port: 25, xclient: true }'],
    ],
    [
      'leaves refusals to naughty in its way, not in one of its own',
      'naughty\nqmail_deliverable reject naughty reject_type temp',
      ['- naughty', '- qmail_deliverable: { reject_type: disconnect, reject: naughty }'],
    ],
  ]
  for (const [name, lines, made] of cases) it(name, async () => assert.deepEqual(await entries(`${lines}\n`), made))

  it('has files for all its arguments', async () => {
    assert.deepEqual(
      await entries('auth/auth_checkpassword\nauth/auth_ldap_bind ldap_port 390\nsender_permitted_from reject 0\n', {
        'smtpauth-checkpassword': '# ours\n/bin/checkpw /bin/true\n',
        ldap: 'ldap_base ou=people,dc=example\nldap_port 389\nldap_host\n',
        spfbehavior: '4\n',
      }),
      [
        '- auth/auth_checkpassword: { checkpw: /bin/checkpw, true_program: /bin/true }',
        '- auth/auth_ldap_bind: { ldap_base: "ou=people,dc=example", ldap_port: 390 }',
        '- sender_permitted_from: { reject: 4 }',
      ],
    )
  })

  it('may name files where qpsmtpd was started', async () => {
    const { text, findings } = await imported({
      plugins:
        'rcpt_map domain a.example file ./map\nrcpt_map domain b.example file config/map\ntls ssl/a.pem /k/a.key\n',
      map: 'ann@a.example OK\n',
    })
    assert.match(text, /file: \/etc\/qpsmtpd\/map \}\n.*file: \/etc\/qpsmtpd\/config\/map/)
    assert.match(text, /cert: \/etc\/qpsmtpd\/ssl\/a\.pem, key: \/k\/a\.key/)
    assert.deepEqual(findings, [])
  })

  const databases: readonly (readonly [dsn: string, url: string])[] = [
    ['dbi:mysql:dbname=vpopmail;host=127.0.0.1', 'mysql://vpop@127.0.0.1/vpopmail'],
    ['DBI:mysql:database=mail;hostname=db.example.org;port=3307', 'mysql://vpop@db.example.org:3307/mail'],
    ['dbi:mysql:mail:db.example.org:3307', 'mysql://vpop@db.example.org:3307/mail'],
    ['dbi:mysql:mail', 'mysql://vpop@localhost/mail'],
    ['dbi:mysql:db=mail;mysql_socket=/run/my.sock', 'mysql://vpop@localhost/mail?host=%2Frun%2Fmy.sock'],
    ['dbi:Pg(RaiseError=>1):dbname=mail', 'postgres://vpop@localhost/mail'],
  ]
  for (const [dsn, url] of databases)
    it(`knows a database as Perl names it: ${dsn}`, async () => {
      const files = { vpopmail_mysql_dsn: dsn, vpopmail_mysql_user: 'vpop', vpopmail_mysql_pass: 'secret' }
      assert.deepEqual(await entries('auth/auth_vpopmail_sql\n', files), [
        `- auth/auth_vpopmail_sql: { database: "${url}", password_file: /etc/qpsmtpd/vpopmail_mysql_pass }`,
      ])
    })
})

describe('help with a file for a command', () => {
  it('has a rule for it, before the builtin', async () => {
    const { site, text, findings } = await imported({
      plugins: 'help MAIL /srv/mail.txt help_dir /srv/help noop ./noop gone /srv/gone bare bare.txt\n',
      '/srv/mail.txt': 'MAIL costs $1\nper message\n',
      noop: '\n',
    })
    assert.match(
      text,
      /plugins:\n {2}- \.\/rules\/help-files\.yaml\n {2}- help: \{ help_dir: "files:\/srv\/help" \}\n$/,
    )
    const rules = site?.copies.get('rules/help-files.yaml') ?? ''
    assert.match(rules, /message: "MAIL costs \$\$1\\nper message"/)
    assert.match(rules, /message: "No help available for SMTP command: noop"/)
    assert.deepEqual(findings, [
      'plugins:1:61 info IMP002 there is no help for `gone`: no file `/srv/gone`',
      'plugins:1:76 info IMP002 there is no help for `bare`: no file `bare.txt`',
    ])
  })

  it('says nothing when there is to be no help at all, and may come twice', async () => {
    const files = { mail: 'One\n', rcpt: 'Two\n' }
    const made = await entries('help not_implemented 1 mail ./mail\nhelp mail ./mail\nhelp rcpt ./rcpt\n', files)
    assert.deepEqual(made, [
      '- help: { not_implemented: true }',
      '- ./rules/help-files.yaml',
      '- help:1',
      '- ./rules/help-files-1.yaml',
      '- help:2',
    ])
  })
})

describe('http_config', () => {
  it('asks the services in the order that lets the first one win, for settings alone', async () => {
    const { text, findings } = await imported({ plugins: 'http_config https://a.example/c/ https://b.example/?c=\n' })
    const [, list = ''] = text.split('plugins:\n')
    assert.equal(
      list,
      '  - http_config: { source: "https://b.example/?c={key}" }\n  - http_config:1: { source: "https://a.example/c/{key}" }\n',
    )
    const partly =
      'error IMP002 `http_config` asks for `me`, `smtpgreeting`, `databytes` and `timeout` alone: lists come from files'
    assert.deepEqual(findings, [`plugins:1:13 ${partly}`, `plugins:1:34 ${partly}`])
  })
})

describe('what is said of a plugin', () => {
  it('names the differences of its kind, and of its old name', async () => {
    const about = (...names: readonly string[]): Difference => ({
      section: 'Plugins',
      about: names,
      theirs: 'a',
      ours: names.join(' '),
      why: '',
      id: undefined,
    })
    const all = [about('auth plugins'), about('authpam'), about('p0f'), about('auth_ldap_bind'), about('relay')]
    const notes = async (plugins: string): Promise<unknown> => (await imported({ plugins }, all)).findings
    assert.deepEqual(await notes('authpam\n'), [
      "plugins:1:1 info IMP004 `authpam` differs from qpsmtpd's in 2 known ways",
    ])
    assert.deepEqual(await notes('ident/p0f /s\n'), [
      "plugins:1:1 info IMP004 `ident/p0f` differs from qpsmtpd's in one known way",
    ])
  })

  it('is told of files that qpsmtpd looks for at qmail', async () => {
    const { findings } = await imported({
      plugins: 'rcpt_ok\n',
      me: 'a.example\n',
      '/var/qmail/control/me': '',
      '/var/qmail/control/rcpthosts': '',
      '/var/qmail/control/locals': '',
    })
    assert.deepEqual(findings, [
      'plugins:1:1 warning IMP002 qpsmtpd reads rcpthosts in /var/qmail/control, as none is here; make links to them, and name that with `--follow`',
    ])
  })
})

describe('a word that is not carried over', () => {
  it('says where a database is that its files do not name, and what to do about its password', async () => {
    const made = await imported({ plugins: 'auth/auth_vpopmail_sql now\n', vpopmail_mysql_dsn: 'dbi:Oracle:mail\n' })
    assert.deepEqual(made.findings, [
      'plugins:1:1 warning IMP002 `vpopmail_mysql_pass` of `auth/auth_vpopmail_sql` is not carried over',
      'plugins:1:24 warning IMP002 the arguments of `auth/auth_vpopmail_sql` are not understood',
      'vpopmail_mysql_dsn:1:1 warning IMP002 `vpopmail_mysql_dsn` of `auth/auth_vpopmail_sql` is not carried over',
    ])
    const commented = await imported({ plugins: 'auth/auth_vpopmail_sql\n', vpopmail_mysql_pass: '# ours\nhush\n' })
    assert.match(commented.findings[0] ?? '', /`vpopmail_mysql_pass` of .* is not carried over/)
    assert.match(
      (await imported({ plugins: 'auth/auth_vpopmail_sql\n' })).text,
      /"mysql:\/\/vpopmailuser@127\.0\.0\.1\/vpopmail"/,
    )
  })

  it('may have words that say something beside another plugin alone', async () => {
    const { findings } = await imported({ plugins: 'sender_permitted_from no_dmarc_policy 2\n' })
    assert.deepEqual(findings, [
      'plugins:1:23 info IMP002 `no_dmarc_policy` of `sender_permitted_from` means nothing here',
    ])
  })

  it('is told where an argument has a word that is none', async () => {
    const { findings } = await imported({
      plugins:
        'helo policy RFC\nnaughty reject_type TEMP\nnaughty reject_type Disconnect\ndnsbl reject_type DISCONNECT\n',
      dnsbl_zones: 'bl.example\n',
    })
    assert.deepEqual(findings, [
      'plugins:1:13 warning IMP002 `RFC` is nothing for `policy` of `helo`; its default holds',
      'plugins:3:21 warning IMP002 `Disconnect` is nothing for `reject_type` of `naughty`; its default holds',
      'plugins:4:19 warning IMP002 `dnsbl` has no reject_type `DISCONNECT`; to qpsmtpd that is perm, and so it is here',
    ])
  })

  it('may ask servers that other files name', async () => {
    const { text, findings } = await imported({
      plugins: 'qmail_deliverable server smtproutes:192.0.2.1:8999\nqmail_deliverable server smtproutes:8998\n',
    })
    assert.match(
      text,
      /- qmail_deliverable: \{ server: "http:\/\/192\.0\.2\.1:8999\/qd1\/deliverable\?\{key\}" \}\n {2}- qmail_deliverable:1$/m,
    )
    assert.deepEqual(findings, [
      'plugins:1:26 error IMP002 `smtproutes` of `qmail_deliverable` is not carried over',
      'plugins:2:26 error IMP002 `smtproutes` of `qmail_deliverable` is not carried over',
    ])
  })

  it('may name what Postfix knows by itself', async () => {
    const { text, findings } = await imported({
      plugins: 'queue/postfix-queue /var/cleanup FLAG_FILTER\n',
      cleanup_sockets: '/s\n',
    })
    assert.match(text, /- queue\/postfix-queue$/m)
    assert.deepEqual(
      findings.map((line) => line.split(' ')[1]),
      ['info', 'info', 'info'],
    )
  })
})
