/** `postern import`: what it writes is sound, laid out, and passes its first tests. */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { folder } from './folder.ts'

/** As Debian's package makes them, comments left out. */
const DEBIAN = {
  'etc/main.cf': `smtpd_banner = $myhostname ESMTP $mail_name (Debian/GNU)
biff = no
append_dot_mydomain = no
readme_directory = no
compatibility_level = 3.6
smtpd_tls_cert_file=/nowhere/ssl-cert-snakeoil.pem
smtpd_tls_key_file=/nowhere/ssl-cert-snakeoil.key
smtpd_tls_security_level=may
smtp_tls_CApath=/etc/ssl/certs
smtp_tls_security_level=may
smtp_tls_session_cache_database = btree:\${data_directory}/smtp_scache
smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
myhostname = mx.example.org
alias_maps = hash:/nowhere/aliases
alias_database = hash:/etc/aliases
myorigin = /etc/mailname
mydestination = $myhostname, example.org, localhost.example.org, , localhost
relayhost =
mynetworks = 127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128
mailbox_size_limit = 0
recipient_delimiter = +
inet_interfaces = all
inet_protocols = all
`,
  'etc/master.cf': `smtp      inet  n       -       y       -       -       smtpd
pickup    unix  n       -       y       60      1       pickup
relay     unix  -       -       y       -       -       smtp
        -o syslog_name=postfix/$service_name
`,
}

const BUSY = {
  'etc/main.cf': `compatibility_level = 3.6
myhostname = mx.example.org
mydestination = example.org
local_recipient_maps =
mynetworks = 10.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, check_policy_service unix:private/x,
  check_sender_access inline:{spam.example=REJECT}, check_client_access inline:{198.51.100.7=REJECT}
header_checks = regexp:/etc/postfix/headers
`,
  'etc/headers': '/^Subject: .*\\bpills\\b/ REJECT\n',
}

const HARAKA = {
  'etc/config/plugins': 'relay\naccess\nauth/flat_file\nrcpt_to.in_host_list\nqueue/smtp_forward\n',
  'etc/config/host_list': 'example.org\n',
  'etc/config/relay_acl_allow': '10.0.0.0/8\n',
  'etc/config/mail_from.access.blacklist': 'spam@x.example\n',
  'etc/config/auth_flat_file.ini': '[users]\nann=pencil\n',
}

const QPSMTPD = {
  'etc/plugins': 'relay\ndnsbl\nhelo policy lenient\nbadmailfrom\nbadrcptto\nresolvable_fromhost reject 0\nrcpt_ok\n',
  'etc/rcpthosts': '.sub.example\nexample.org\n',
  'etc/relayclients': '10.\n10.0.0.5\n',
  'etc/dnsbl_zones': 'bl.example\n',
  'etc/badhelo': 'liar.example\n',
  'etc/badmailfrom': '@spam.example no\n',
  'etc/badrcptto': '^old.*\ngone@example.org\n',
}

const DEBIAN_QPSMTPD = '/etc/qpsmtpd/plugins'

/** Some of the first tests, and how many there are. */
const ROWS = [
  ['postfix', 'as Debian has it', DEBIAN, 1, 3, ['a stranger may not relay', '127.0.0.0 may relay']],
  ['postfix', 'with tables', BUSY, 1, 7, ['someone@spam.example (check_sender_access_inline) is refused']],
  ['haraka', 'with its lists', HARAKA, 0, 5, ['10.0.0.0 may relay', 'mail to someone@example.org is accepted']],
  [
    'qpsmtpd',
    'with its lists',
    QPSMTPD,
    0,
    13,
    [
      '10.0.0.5 may relay',
      'liar.example (badhelo) is refused',
      'unlisted-liar.example is not (badhelo)',
      'someone@spam.example (badmailfrom) is refused',
      'gone@example.org (badrcptto) is refused',
      'olda@example.org (badrcptto) is refused',
      'a client on a list of DNS (dnsbl) is refused',
    ],
  ],
] as const

describe('postern import', () => {
  for (const [program, what, files, code, tests, names] of ROWS)
    it(`${program}, ${what}`, async (test) => {
      const { postern, path, read } = folder(test, files)
      const done = await postern(['import', program, 'etc', '--to', 'site'])
      assert.equal(done.code, code, done.stdout)
      assert.ok(existsSync(join(path, 'site/postern.yaml')))
      const checked = await postern(['check', 'site'])
      assert.equal(checked.code, 0, checked.stdout)
      assert.equal((await postern(['fmt', '--check', 'site'])).code, 0)
      const { stdout } = await postern(['test', 'site'])
      assert.match(stdout, new RegExp(`^${tests} passed, 0 failed`, 'm'))
      assert.match(done.stderr, new RegExp(`has ${tests} first tests for .postern test., ${tests} passed$`, 'm'))
      for (const name of names) assert.ok(read('site/first.test.yaml').includes(`name: ${JSON.stringify(name)}`), name)
    })

  it('qpsmtpd, as Debian installs it', {
    skip: !existsSync(DEBIAN_QPSMTPD) && 'needs the Debian package qpsmtpd',
  }, async (test) => {
    const { postern } = folder(test, {})
    assert.equal((await postern(['import', 'qpsmtpd', dirname(DEBIAN_QPSMTPD), '--to', 'site'])).code, 0)
    for (const command of ['check', 'test']) assert.equal((await postern([command, 'site'])).code, 0, command)
  })

  it('keeps the passwords of users to their owner', async (test) => {
    const { postern, path } = folder(test, HARAKA)
    await postern(['import', 'haraka', 'etc', '--to', 'site'])
    assert.equal(statSync(join(path, 'site/passwords')).mode & 0o077, 0)
  })

  for (const program of ['postfix', 'haraka'])
    it(`${program} says so when there is nothing to read`, async (test) => {
      const { postern } = folder(test, { 'etc/x': '' })
      const { code, stderr } = await postern(['import', program, 'etc'])
      assert.notEqual(code, 0)
      assert.match(stderr, new RegExp(`no configuration of ${program}`))
    })

  it('has the report in every format, with the lines of the original', async (test) => {
    const { postern } = folder(test, BUSY)
    const { stdout } = await postern(['import', 'postfix', 'etc', '-f', 'json'])
    const { diagnostics } = JSON.parse(stdout) as {
      readonly diagnostics: readonly {
        readonly file: string
        readonly range: { readonly start: { readonly line: number } }
        readonly message: string
      }[]
    }
    const finding = diagnostics.find(({ message }) => message.includes('check_policy_service'))
    assert.deepEqual([finding?.file, finding?.range.start.line], ['etc/main.cf', 6])
  })
})
