/** Each plugin of Haraka becomes an entry, rules or a setting, or is named in the report. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { PLUGINS, readHaraka } from '../../../../src/compiler/import/haraka/index.ts'
import { iniIn } from '../../../../src/compiler/import/haraka/ini.ts'
import type { SessionRecord } from '../../../../src/testing/session-record.ts'
import { type Imported, importTexts, load, replyOf } from '../foreign-texts.ts'

const MAIN = '/etc/haraka/plugins'
type Texts = Readonly<Record<string, string>>

function imported(plugins: string, more: Texts = {}): Promise<Imported> {
  return importTexts(readHaraka, MAIN, { plugins: `${plugins}\n`, host_list: 'example.org\n', ...more })
}

async function entries(plugins: string, more: Texts = {}): Promise<string> {
  const { files } = await imported(plugins, more)
  return (files['postern.yaml'] ?? '').split(/^plugins:\n/m)[1] ?? ''
}

/** Plugin, its files, and what the site has of it. */
const ROWS: readonly (readonly [plugin: string, files: Texts, has: RegExp])[] = [
  ['relay', { relay_acl_allow: '10.0.0.0/8\n' }, /relay: \{ relayclients: \/etc\/haraka\/relay_acl_allow \}/],
  ['relay_acl', {}, /relay: \{ relayclients: \[\] \}/],
  ['access', { 'rcpt_to.access.blacklist': 'a@b.example\n' }, /rules\/access\.yaml/],
  ['connect.rdns_access', { 'connect.rdns_access.blacklist': '192.0.2.1\n' }, /rules\/connect_rdns_access\.yaml/],
  ['mail_from.access', { 'mail_from.access.blacklist': 'a@b.example\n' }, /rules\/mail_from_access\.yaml/],
  ['rcpt_to.access', { 'rcpt_to.access.blacklist': 'a@b.example\n' }, /rules\/rcpt_to_access\.yaml/],
  [
    'dnsbl',
    { 'dnsbl.zones': 'bl.example\n' },
    /dnsbl: \{ zones: \["bl\.example host \[%IP%\] is listed on bl\.example"\], reject_type: disconnect \}/,
  ],
  [
    'dnsbl',
    { 'dnsbl.ini': 'reject=false\nzones=bl.example;b.example\n' },
    /with: \{ zones: \["bl\.example host .*", "b\.example host .*"\].*\n {4}mode: monitor/,
  ],
  ['dns-list', { 'dns-list.ini': 'zones[]=bl.example\n' }, /dnsbl: \{ zones: \["bl\.example host /],
  [
    'early_talker',
    { 'early_talker.pause': '3000\n' },
    /earlytalker: \{ wait: "3s", check_at: \[connect, data\], reject_type: disconnect \}/,
  ],
  ['helo.checks', {}, /rules\/helo_checks\.yaml/],
  ['fcrdns', { 'fcrdns.ini': '[reject]\nno_rdns=true\n' }, /fcrdns: \{ reject: 1 \}/],
  ['connect.fcrdns', {}, /- fcrdns\n/],
  ['lookup_rdns.strict', {}, /fcrdns: \{ reject: 1 \}/],
  ['rcpt_to.in_host_list', {}, /rules\/in_host_list\.yaml/],
  ['mail_from.blocklist', { 'mail_from.blocklist': 'a@b.example\n' }, /rules\/mail_from_blocklist\.yaml/],
  ['rcpt_to.blocklist', { 'rcpt_to.blocklist': 'a@b.example\n' }, /rules\/rcpt_to_blocklist\.yaml/],
  ['mail_from.is_resolvable', {}, /resolvable_fromhost: \{ reject_type: perm \}/],
  ['mail_from.nobounces', {}, /rules\/mail_from_nobounces\.yaml/],
  ['rcpt_to.max_count', {}, /rules\/rcpt_to_max_count\.yaml/],
  ['spf', { 'spf.ini': '[deny]\nmfrom_fail=true\n' }, /sender_permitted_from: \{ reject: 3 \}/],
  ['max_unrecognized_commands', { max_unrecognized_commands: '7\n' }, /count_unrecognized_commands: \{ max: 7 \}/],
  [
    'auth/flat_file',
    { 'auth_flat_file.ini': '[users]\nann=x\n' },
    /auth\/auth_flat_file: \{ flat_auth_pw: passwords \}/,
  ],
  ['headers', {}, /rules\/header_checks\.yaml/],
  ['data.headers', {}, /rules\/header_checks\.yaml/],
  ['bounce', {}, /rules\/bounce\.yaml/],
  [
    'queue/smtp_forward',
    { 'smtp_forward.ini': 'host=10.0.0.5\nport=2525\n' },
    /queue\/smtp-forward: \{ host: \["10\.0\.0\.5"\], port: 2525, tls: none \}/,
  ],
  ['queue/smtp_proxy', {}, /queue\/smtp-forward: \{ host: \[localhost\], tls: none \}/],
  ['queue/smtp_bridge', {}, /queue\/smtp-forward/],
  ['queue/lmtp', { 'lmtp.ini': 'host=10.0.0.5\n' }, /queue\/lmtp: \{ host: "10\.0\.0\.5" \}/],
  ['queue/qmail-queue', {}, /- queue\/qmail-queue\n/],
  ['queue/discard', {}, /- queue\/discard\n/],
]

/** They change others, or a setting. */
const WITHOUT_ENTRY = new Set(['delay_deny', 'tls', 'rcpt_to.host_list_base'])

describe('a plugin of Haraka', () => {
  for (const [plugin, files, has] of ROWS)
    it(`${plugin} ${Object.keys(files).join(' ')}`.trim(), async () => {
      assert.match(await entries(plugin, files), has)
      const texts = { plugins: plugin, host_list: 'example.org\n', ...files }
      const { report } = await load(MAIN, await imported(plugin, files), texts)
      const wrong = report
        .sorted()
        .filter(({ severity, message }) => severity === 'error' && !message.includes('there is no plugin'))
      assert.deepEqual(
        wrong.map(({ message }) => message).filter((text) => !/builtin|unknown plugin/.test(text)),
        [],
      )
    })

  it('has a row here, or a line in the report', async () => {
    const tested = new Set(ROWS.map(([plugin]) => plugin))
    for (const [name, row] of PLUGINS) {
      if ('make' in row) assert.ok(tested.has(name) || WITHOUT_ENTRY.has(name), name)
      else
        assert.match(
          (await imported(name)).findings.find((line) => line.startsWith('plugins:1:1')) ?? '',
          /IMP00[12] `.*` is left out/,
        )
    }
  })

  it('of your own is named, with the builtin whose name is nearest', async () => {
    const { findings } = await imported('rcpt_to.in_host_list\ngreylist_sof')
    assert.ok(findings.some((line) => line.startsWith('plugins:2:1 error IMP001 `greylist_sof` is left out')))
  })
})

const STRANGER: SessionRecord = {
  remote_ip: '203.0.113.9',
  remote_host: 'mail.friend.example',
  helo: 'mail.friend.example',
  sender: 'ann@friend.example',
  rcpt: ['bob@example.org'],
}

describe('what Haraka decides', () => {
  const FILES: Texts = {
    plugins: 'access\nhelo.checks\nrcpt_to.in_host_list\nheaders\nbounce\n',
    host_list: 'example.org\n',
    host_list_regex: '.*\\.sub\\.example\n',
    'connect.rdns_access.blacklist': '198.51.100.4\nbad.example\n',
    'connect.rdns_access.whitelist': '198.51.100.5\n',
    'connect.rdns_access.blacklist_regex': '.*\\.dyn\\.example\n',
    'mail_from.access.blacklist': 'spam@x.example\n',
    'mail_from.access.whitelist': 'good@y.example\n',
    'mail_from.access.blacklist_regex': '.*@y\\.example\n',
    'access.ini': '[deny_msg]\nmail=Go away\n',
    'helo.checks.ini': '[reject]\nbare_ip=true\nbig_company=true\n[bigco]\nbig.example=big.example\n',
    'headers.ini': 'required=From\n[reject]\nmissing_required=true\n',
  }
  const rows: readonly (readonly [record: Partial<SessionRecord>, hook: string, starts: string])[] = [
    [{}, 'rcpt', '250'],
    [{ rcpt: ['x@elsewhere.example'] }, 'rcpt', '550 5.7.1 I cannot deliver'],
    [{ rcpt: ['x@a.sub.example'] }, 'rcpt', '250'],
    [{ rcpt: ['x@a.sub.example.net'] }, 'rcpt', '550'],
    [{ remote_ip: '198.51.100.4' }, 'connect', '554'],
    [{ remote_host: 'bad.example' }, 'connect', '554'],
    [{ remote_host: 'a.dyn.example' }, 'connect', '554'],
    [{ remote_host: 'a.dyn.example', remote_ip: '198.51.100.5' }, 'rcpt', '250'],
    [{ sender: 'spam@x.example' }, 'mail', '550 5.7.1 spam@x.example Go away'],
    [{ sender: 'bad@y.example' }, 'mail', '550'],
    [{ sender: 'good@y.example' }, 'rcpt', '250'],
    [{ helo: '203.0.113.9' }, 'ehlo', '550'],
    [{ helo: 'big.example' }, 'ehlo', '550'],
    [{ helo: 'big.example', remote_host: 'mx.big.example' }, 'rcpt', '250'],
    [{ relay_client: true, sender: 'x@example.org', rcpt: ['x@elsewhere.example'] }, 'rcpt', '250'],
    [{ relay_client: true, rcpt: ['x@elsewhere.example'] }, 'rcpt', '250'],
    [
      { sender: '', rcpt: ['a@example.org', 'b@example.org'], headers: [['From', 'x@example.net']], body: 'x' },
      'data',
      '554',
    ],
    [{ headers: [['Subject', 'x']], body: 'x' }, 'data_post', "554 5.7.1 Required header 'From' missing"],
  ]
  for (const [record, hook, starts] of rows)
    it(`${JSON.stringify(record)}: ${starts}`, async () => {
      const read = await importTexts(readHaraka, MAIN, FILES)
      const reply = await replyOf(MAIN, read, FILES, { answers: { helo_matches: 'hit' }, ...STRANGER, ...record }, hook)
      assert.ok(reply.startsWith(starts), reply)
    })

  it('waits for RCPT with delay_deny', async () => {
    const texts = { ...FILES, plugins: `delay_deny\n${FILES['plugins']}` }
    const reply = await replyOf(MAIN, await importTexts(readHaraka, MAIN, texts), texts, {
      answers: { helo_matches: 'hit' },
      ...STRANGER,
      remote_host: 'bad.example',
    })
    assert.match(reply, /^550 .*bad\.example/)
  })
})

describe('a setting of Haraka', () => {
  const rows: readonly (readonly [files: Texts, line: RegExp])[] = [
    [{ me: 'mx.example.net\n' }, /^hostname: "?mx\.example\.net"?$/m],
    [{}, /^local_domains: \/etc\/haraka\/host_list$/m],
    [
      { 'smtp.ini': 'listen=192.0.2.1:2525,[2001:db8::1]:587\nuser=smtp\n' },
      /\{ name: smtp, address: "192\.0\.2\.1", port: 2525 \}, \{ name: smtp-587, address: "2001:db8::1", port: 587 \}\]\nuser: smtp$/m,
    ],
    [
      { databytes: '100000\n', 'connection.ini': '[headers]\nmax_received=50\n' },
      /^ {2}message_size: 100000\n {2}hops: 50$/m,
    ],
    [
      { plugins: 'rcpt_to.in_host_list\ntls\n', 'tls.ini': 'key=k.pem\ncert=/c.pem\n' },
      /^ {2}certificates: \[\{ cert: \/c\.pem, key: \/etc\/haraka\/k\.pem \}\]$/m,
    ],
  ]
  for (const [files, line] of rows)
    it(JSON.stringify(files), async () => {
      const { files: made } = await importTexts(readHaraka, MAIN, {
        plugins: 'rcpt_to.in_host_list\n',
        host_list: 'example.org\n',
        ...files,
      })
      assert.match(made['postern.yaml'] ?? '', line)
    })

  it('with secrets is a file for its owner alone', async () => {
    const { site, findings, files } = await imported('auth/flat_file', {
      'auth_flat_file.ini': '[users]\nann=pencil\nbob={x}y\n',
    })
    assert.deepEqual([...(site?.modes ?? [])], [['passwords', 0o600]])
    assert.match(files['passwords'] ?? '', /\nann:pencil\nbob:\{PLAIN\}\{x\}y\n$/)
    assert.ok(!JSON.stringify(findings).includes('pencil'))
  })
})

describe('an ini file', () => {
  it('has sections, arrays, and lines that go on', () => {
    const ini = iniIn('; c\na=1\n[s]\n# c\nb = x \\\n y\nz[]=p\nz[]=q\nflag=true\n', 'x.ini')
    assert.equal(ini.text('main', 'a'), '1')
    assert.equal(ini.text('s', 'b'), 'x  y')
    assert.deepEqual(
      ini.words('s', 'z').map(({ text }) => text),
      ['p', 'q'],
    )
    assert.equal(ini.isOn('s', 'flag', false), true)
    assert.equal(ini.get('s', '__proto__'), undefined)
  })

  const PARTS = [
    '[',
    ']',
    '=',
    '\n',
    '\\\n',
    ';',
    '#',
    'a',
    'main',
    'zones[]',
    '__proto__',
    '/',
    '(',
    '{"action":"accept"}',
    'example.org',
    '192.0.2.1',
    ' ',
    '\r\n',
  ]
  const text = fc
    .array(fc.oneof(fc.constantFrom(...PARTS), fc.string({ maxLength: 4 })), { maxLength: 30 })
    .map((parts) => parts.join(''))

  it('has values where they say, whatever stands in it', () =>
    fc.assert(
      fc.property(text, (source) => {
        for (const { value } of iniIn(source, 'x.ini').entries) {
          const { start, end } = value.at.range
          assert.ok(value.text.startsWith(source.slice(start.offset, end.offset)))
        }
      }),
    ))

  it('or any other file becomes a site or findings, and never throws', () =>
    fc.assert(
      fc.asyncProperty(fc.subarray([...PLUGINS.keys()]), text, text, async (plugins, ini, list) => {
        const names = [
          'relay.ini',
          'relay_dest_domains.ini',
          'access.ini',
          'dns-list.ini',
          'helo.checks.ini',
          'smtp.ini',
          'headers.ini',
          'smtp_forward.ini',
          'auth_flat_file.ini',
          'tls.ini',
        ]
        const lists = [
          'host_list',
          'host_list_regex',
          'relay_acl_allow',
          'rcpt_to.blocklist',
          'connect.rdns_access.blacklist',
          'mail_from.access.blacklist_regex',
          'databytes',
          'me',
        ]
        const files = Object.fromEntries([...names.map((name) => [name, ini]), ...lists.map((name) => [name, list])])
        const { site } = await importTexts(readHaraka, MAIN, {
          plugins: `rcpt_to.in_host_list\n${plugins.join('\n')}\n`,
          ...files,
        })
        assert.ok(site)
      }),
      { numRuns: 60 },
    ))
})
