/** qpsmtpd's settings become keys of a site file, and its lists are used where they lie. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { entries, imported } from '../imported.ts'

async function head(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { text } = await imported({ plugins: 'rcpt_ok\n', ...texts })
  return text.split('\n').filter((line) => !/^(?:plugins:| {2}- |$)/.test(line))
}

const LISTEN = 'listen: [{ name: smtp, address: "0.0.0.0", port: 2525 }]'
const USUAL = ['hostname: mx.example.org', LISTEN, 'lists: /etc/qpsmtpd', 'local_domains: []']

describe('a setting', () => {
  it('that is not there leaves what qpsmtpd does without it', async () => assert.deepEqual(await head({}), USUAL))

  it('is the first line that is no comment', async () =>
    assert.equal((await head({ me: '# our name\n\n  mail.example.net \nother\n' }))[0], 'hostname: mail.example.net'))

  it('may be a limit', async () =>
    assert.deepEqual(
      (await head({ databytes: '1000000\n', timeout: '90\n', timeoutsmtpd: '60\n' })).slice(USUAL.length),
      ['limits:', '  message_size: 1000000', '  command_timeout: 60', '  data_timeout: 90'],
    ))

  it('that says no limit has the one that is always there', async () => {
    const { findings } = await imported({ plugins: 'rcpt_ok\n', databytes: '0\n', timeout: 'soon\n' })
    assert.deepEqual(findings, [
      'databytes:1:1 warning IMP002 `databytes` is 0, which `message_size` cannot be; it is the default',
      'timeout:1:1 warning IMP002 `timeout` is soon, which `command_timeout` cannot be; it is the default',
      'timeout:1:1 warning IMP002 `timeout` is soon, which `data_timeout` cannot be; it is the default',
    ])
  })

  it('may be the level of the log, in the words of qpsmtpd', async () =>
    assert.deepEqual((await head({ loglevel: '7\n' })).slice(USUAL.length), ['log:', '  level: debug']))

  it('loses to a logger', async () => {
    const logging = '# x\nlogging/file nosplit loglevel LOGNOTICE /var/log/qpsmtpd.log\n'
    const { text } = await imported({ plugins: 'rcpt_ok\n', loglevel: '7\n', logging })
    const entry = 'logging/file: { nosplit: true, loglevel: info, path: /var/log/qpsmtpd.log }'
    assert.ok(text.endsWith(`plugins:\n  - ${entry}\n  - rcpt_ok\n`), text)
    assert.ok(!text.includes('log:\n'))
  })

  it('may be several loggers, which are loaded before all other plugins', async () => {
    const logging = [
      'logging/warn LOGINFO',
      'logging/syslog loglevel LOGNOTICE facility LOG_LOCAL3 ident mx',
      'logging/syslog priority LOG_NOTICE',
      'logging/file /var/log/q.log',
      'logging/file reopen tsformat %F /var/log/%Y %i.log',
      'logging/file loglevel 6 |/usr/bin/multilog t ./main',
      'logging/adaptive accept LOGNOTICE reject 7 prefix >',
      'logging/debug_plugin queue::qmail_2dqueue LOGERROR',
      'logging/devnull',
    ]
    const { text, findings } = await imported({ plugins: 'rcpt_ok\n', logging: logging.join('\n') })
    const entries = [
      'logging/warn: { loglevel: info }',
      'logging/syslog: { loglevel: info, facility: local3, ident: mx }',
      'logging/syslog:1: { ident: qpsmtpd }',
      'logging/file: { path: /var/log/q.log }',
      'logging/file:1: { reopen: true, tsformat: %F, path: /var/log/%Y %i.log }',
      'logging/program: { loglevel: info, program: /usr/bin/multilog, arguments: [t, ./main] }',
      'logging/adaptive: { accept: info, reject: debug, prefix: > }',
      'logging/debug_plugin: { plugin: queue/qmail-queue, loglevel: error }',
      'logging/devnull',
      'rcpt_ok',
    ]
    const written = text.slice(text.indexOf('plugins:')).replaceAll('"', '')
    assert.equal(written, `plugins:\n${entries.map((one) => `  - ${one}\n`).join('')}`)
    assert.deepEqual(findings, ['logging:3:16 warning IMP002 `logging/syslog` has no argument `priority` here'])
  })

  it('for a logger that nothing here can be is told, and left out', async () => {
    const logging = [
      'logging/file',
      'logging/file |/usr/bin/logger | cat',
      'logging/file |logger',
      'logging/file |/usr/bin/cronolog /var/log/%Y',
      'logging/file /var/log/%V.log',
      'logging/apache',
      'logging/connection_id 7',
    ]
    const { text, findings } = await imported({ plugins: 'rcpt_ok\n', logging: logging.join('\n') })
    assert.ok(!text.includes('- logging'), text)
    const shell = 'no shell runs this command: it is left out; name a program by its whole path'
    assert.deepEqual(findings, [
      'logging:1:1 warning IMP002 `logging/file` names no file, and is left out',
      `logging:2:14 warning IMP002 ${shell}`,
      `logging:3:14 warning IMP002 ${shell}`,
      'logging:4:14 warning IMP002 a command that changes with time or session is left out',
      'logging:5:14 warning IMP002 `/var/log/%V.log` has a letter behind `%` that has no meaning here; it is left out',
      'logging:6:1 info IMP001 `logging/apache` is left out: there is no server inside Apache here',
      'logging:7:1 info IMP001 `logging/connection_id` is left out: qpsmtpd refuses to load it, and lines name connection and transaction by themselves',
    ])
  })

  it('may be a facility that syslog has and we have not', async () => {
    const logging = 'logging/syslog facility LOG_UUCP\n'
    const { findings } = await imported({ plugins: 'rcpt_ok\n', logging })
    assert.deepEqual(findings, [
      'logging:1:25 warning IMP002 `LOG_UUCP` is nothing for `facility` of `logging/syslog`; its default holds',
    ])
  })

  it('of Debian says where to listen, and as whom', async () => {
    const settings = 'ENABLED="true"\nINTERFACES="192.0.2.1 192.0.2.2:587"\n'
    const [, listen, user] = await head({ 'debconf-settings': settings })
    assert.equal(
      listen,
      'listen: [{ name: smtp, address: "192.0.2.1", port: 25 }, { name: smtp-2, address: "192.0.2.2", port: 587 }]',
    )
    assert.equal(user, 'user: qpsmtpd')
  })

  it('of ours wins', async () => {
    const lines = await head({
      'postern-settings.yaml': 'listen: [{ port: 0 }]\nhostname: a.example\n',
      'debconf-settings': '',
    })
    assert.deepEqual(lines, [
      'lists: /etc/qpsmtpd',
      'local_domains: []',
      'listen: [{ port: 0 }]',
      'hostname: a.example',
    ])
  })

  it('for TLS and logins becomes keys of the site and of the listener', async () => {
    const lines = await head({ plugins: 'tls /k/c.pem /k/k.pem\nauth/auth_flat_file\n', tls_before_auth: '1\n' })
    assert.ok(lines.includes('  certificates: [{ cert: /k/c.pem, key: /k/k.pem }]'))
    assert.match(lines[1] ?? '', /auth: \{ mechanisms: \[PLAIN, LOGIN, CRAM-MD5\], without_tls: false \}/)
  })

  it('offers CRAM-MD5 only where some plugin can answer it', async () => {
    const lines = await head({ plugins: 'auth/auth_checkpassword checkpw /bin/c\n' })
    assert.match(lines[1] ?? '', /auth: \{ mechanisms: \[PLAIN, LOGIN\], without_tls: true \}/)
  })

  it('that nobody reads is told', async () => {
    const { findings } = await imported({ plugins: 'rcpt_ok\n', house: 'x\n', smtpgreeting: 'Hello\n' })
    assert.deepEqual(findings, [
      'house:1:1 info IMP002 nothing here reads `house`',
      'smtpgreeting:1:1 info IMP002 `smtpgreeting` is not carried over: a rule at `config` says it (`set: { config.greeting: … }`)',
    ])
  })
})

describe('a list', () => {
  it('is used where it lies', async () => {
    const { site, text } = await imported({
      plugins: 'relay\n',
      relayclients: '192.168.\n10.0.0.0/8\n',
      rcpthosts: 'a.example\n',
    })
    assert.match(text, /^local_domains: \/etc\/qpsmtpd\/rcpthosts$/m)
    assert.equal(site?.copies.size, 0)
  })

  it('with $include is copied', async () => {
    const texts = { rcpthosts: 'a.example\n$include /etc/qpsmtpd/more\n', more: '# b\nb.example our other one\n' }
    const { site, text, findings } = await imported({ plugins: 'rcpt_ok\n', ...texts })
    assert.match(text, /^local_domains: lists\/rcpthosts$/m)
    assert.equal(
      site?.copies.get('lists/rcpthosts'),
      '# Made from /etc/qpsmtpd/rcpthosts\na.example\nb.example our other one\n',
    )
    assert.deepEqual(findings, [
      'rcpthosts:1:1 info IMP005 `rcpthosts` cannot be used as it is; `lists/rcpthosts` is a copy',
    ])
  })

  it('of prefixes gets the dot that the plugin adds', async () => {
    const { site } = await imported({ plugins: 'dnsbl\n', dnsbl_allow: '192.168 ours\n10.\n192.0.2.7\n' })
    assert.match(site?.copies.get('lists/dnsbl_allow') ?? '', /\n192\.168\. ours\n10\.\n192\.0\.2\.7\n$/)
  })

  it('of white clients may have bits behind its networks, which mean nothing', async () => {
    const { site } = await imported({
      plugins: 'whitelist\n',
      whitelisthosts: '192.0.2.7/24 ours\n192.168\n2001:db8::7/64\n',
    })
    assert.match(
      site?.copies.get('lists/whitelisthosts') ?? '',
      /\n192\.0\.2\.0\/24 ours\n192\.168\.\n2001:db8::\/64\n$/,
    )
  })

  it('of clients with return codes loses lines without one', async () => {
    const hosts = '10.0.0.0/8\n10.1.1.1 DENY No more\n'
    const { site, findings } = await imported({ plugins: 'hosts_allow\n', hosts_allow: hosts })
    assert.match(
      site?.copies.get('lists/hosts_allow') ?? '',
      /\n# left out: 10\.0\.0\.0\/8\n10\.1\.1\.1 DENY No more\n$/,
    )
    assert.deepEqual(findings, ['hosts_allow:1:1 warning IMP003 left out: there is no return code behind this entry'])
  })

  it('of patterns has nothing else in it, whatever they look like', async () => {
    const { site } = await imported({
      plugins: 'check_badmailfrom_patterns\n',
      badmailfrom_patterns: '^bulk-\nspam@a.example Go away\n',
    })
    assert.match(site?.copies.get('lists/badmailfrom_patterns') ?? '', /\n\^bulk-\n\.\*spam@a\.example Go away\n$/)
  })

  it('loses what never held, with a warning, and what cannot be done here, with an error', async () => {
    const badmailfrom = 'nobody\n^(?!ann@).*@x\\.example$\n@y.example\n'
    const { site, findings } = await imported({ plugins: 'badmailfrom\n', badmailfrom })
    assert.match(site?.copies.get('lists/badmailfrom') ?? '', /\n# left out: nobody\n# left out: \^.*\n@y\.example\n$/)
    assert.deepEqual(
      findings.map((line) => line.split(' ').slice(0, 3).join(' ')),
      ['badmailfrom:1:1 warning IMP003', 'badmailfrom:2:1 error IMP003'],
    )
  })

  it('that qpsmtpd has as a cdb file is asked there', async () => {
    const made = await entries('rcpt_ok\n', { 'morercpthosts.cdb': '', morercpthosts: 'example.net\n' })
    assert.deepEqual(made, ['- rcpt_ok: { morercpthosts: "cdb:/etc/qpsmtpd/morercpthosts.cdb" }'])
  })
})
