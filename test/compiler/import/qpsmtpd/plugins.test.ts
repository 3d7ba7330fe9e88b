/** Lines of qpsmtpd's list of plugins become entries of a site file. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { entries, imported } from '../imported.ts'

const LISTS = { relayclients: '127.0.0.1\n', badmailfrom: '@spam.example\n', dnsbl_zones: 'bl.example\n' }

describe('a line of the list of plugins', () => {
  const cases: readonly (readonly [name: string, lines: string, made: readonly string[]])[] = [
    ['keeps its place', 'relay\nbadmailfrom\nrcpt_ok', ['- relay', '- badmailfrom', '- rcpt_ok']],
    ['may have an old name', 'check_relay\ncheck_badmailfrom', ['- relay', '- badmailfrom']],
    ['may come twice, with a number or without', 'dnsbl\ndnsbl:1\ndnsbl', ['- dnsbl', '- dnsbl:1', '- dnsbl:2']],
    [
      'has arguments in pairs',
      'dnsbl reject_type disconnect timeout 5',
      ['- dnsbl: { reject_type: disconnect, timeout: "5s" }'],
    ],
    ['has the old form of arguments', 'dnsbl disconnect', ['- dnsbl: { reject_type: disconnect }']],
    [
      'of an argument that comes twice, the last one counts',
      'dnsbl timeout 5 timeout 7',
      ['- dnsbl: { timeout: "7s" }'],
    ],
    ['that only looks on is on trial', 'badmailfrom reject 0', ['- use: badmailfrom', '  mode: monitor']],
    [
      'that leaves refusals to naughty says how',
      'rhsbl reject naughty\nnaughty reject DATA',
      ['- rhsbl: { zones: [], reject: naughty }', '- naughty: { reject: data }'],
    ],
    [
      'that does not say how leaves that to naughty too',
      'naughty reject_type temp\nbadmailfrom reject naughty',
      ['- naughty: { reject_type: temp }', '- badmailfrom: { reject_type: temp, reject: naughty }'],
    ],
    ['of naughty has hooks of its own', 'naughty reject hook_queue_post', ['- naughty: { reject: data_post }']],
    [
      'that leaves refusals to nobody only looks on',
      'badmailfrom reject naughty',
      ['- use: badmailfrom', '  mode: monitor'],
    ],
    [
      'may have the words of two versions',
      'check_earlytalker action denysoft wait 2\nearlytalker defer-reject 1 check-at DATA reject_type soft check-at CONNECT',
      [
        '- earlytalker: { reject_type: temp, wait: "2s" }',
        '- earlytalker:1: { reject_type: soft, defer_reject: true, check_at: [data, connect] }',
      ],
    ],
    [
      'may name a level in the words of qpsmtpd, or nothing but one',
      'connection_time LOGDEBUG\nconnection_time loglevel 4\nconnection_time',
      ['- connection_time: { loglevel: debug }', '- connection_time:1: { loglevel: warn }', '- connection_time:2'],
    ],
    [
      'may name a daemon',
      'check_qmail_deliverable server 127.0.0.1:8999 vpopmail_ext 1 reject 0\nqmail_deliverable',
      [
        '- use: qmail_deliverable',
        '  with: { server: "http://127.0.0.1:8999/qd1/deliverable?{key}" }',
        '  mode: monitor',
        '- qmail_deliverable:1',
      ],
    ],
    [
      'may say where recipients have files of their own',
      'user_config /srv/own/%h/%u\nwhitelist_soft per_recipient 1 merge 0\nuser_config',
      [
        '- user_config: { pattern: "/srv/own/%h/%u" }',
        '- whitelist: { per_recipient: true, merge: false }',
        '- user_config:1',
      ],
    ],
    ['that once only logged is on trial', 'check_earlytalker action log', ['- use: earlytalker', '  mode: monitor']],
    [
      'may begin with a socket',
      'ident/p0f /run/p0f.sock version 2 add_headers false',
      ['- ident/p0f: { socket: /run/p0f.sock, version: 2, add_headers: false }'],
    ],
    [
      'may name a directory',
      'ident/geoip db_dir /var/geo too_far 4000',
      ['- ident/geoip: { databases: [/var/geo/GeoLite2-City.mmdb], too_far: 4000 }'],
    ],
    [
      'may be about commands',
      'loadcheck max_load 9 cache_time 5\nnoop_counter 5\nquit_fortune\ntarpit',
      ['- loadcheck: { max_load: 9 }', '- noop_counter: { max: 5 }', '- quit_fortune', '- tarpit'],
    ],
    [
      'that refuses whatever naughty does',
      'naughty\nresolvable_fromhost reject naughty',
      ['- naughty', '- resolvable_fromhost'],
    ],
    ['without its list has an empty one', 'rhsbl', ['- rhsbl: { zones: [] }']],
    ['may have another list', 'check_badmailfrom_patterns', ['- badmailfrom: { badmailfrom: [] }']],
    [
      'has arguments by place',
      'queue/smtp-forward 192.0.2.1 2525 xclient',
      ['- queue/smtp-forward: { host: "192.0.2.1", port: 2525, xclient: true }'],
    ],
    [
      'may be one of qpsmtpd-async',
      'async/rhsbl\nasync/queue/smtp-forward mx.example',
      ['- rhsbl: { zones: [] }', '- queue/smtp-forward: { host: mx.example }'],
    ],
    ['accepts everybody where qpsmtpd does', 'rcpt_accept', ['- rcpt_accept']],
    ['says by its name alone what it does', 'relay_only', ['- relay: { relayclients: [], only: true }']],
    [
      'grants nothing that check_relay has not granted',
      'check_norelay',
      ['- relay: { relayclients: [], morerelayclients: [] }'],
    ],
    [
      'counts in seconds, days and commas',
      'headers require From,Date past 5',
      ['- headers: { require: [From, Date], past: "5d" }'],
    ],
  ]
  for (const [name, lines, made] of cases)
    it(name, async () => assert.deepEqual(await entries(`${lines}\n`, LISTS), made))

  it('has a file for a setting, and what is in it is no template', async () => {
    assert.deepEqual(await entries('dnsbl\n', { ...LISTS, dnsbl_rejectmsg: 'Pay ${me} $5:\n' }), [
      '- dnsbl: { rejectmsg: "Pay $${me} $$5:" }',
    ])
  })

  it('may be included', async () => {
    const made = await entries('relay\n$include more\n', {
      ...LISTS,
      more: 'rcpt_ok\n$include queue.d\n',
      'queue.d/a': 'loop 7\n',
    })
    assert.deepEqual(made, ['- relay', '- rcpt_ok', '- loop: { max: 7 }'])
  })

  it('that includes what includes it empties the file, as qpsmtpd does', async () => {
    const { text, findings } = await imported({ plugins: 'rcpt_ok\n$include more\n', more: 'loop\n$include more\n' })
    assert.match(text, /^plugins:\n  - rcpt_ok\n$/m)
    assert.match(findings.join('\n'), /^more:2:1 warning IMP002 .* circle/m)
  })
})

describe('a line that is not carried over', () => {
  it('is an error when mail could come in, and stays as a comment in its place', async () => {
    const { text, findings } = await imported({ plugins: 'house 1 2\nrcpt_ok\n' })
    assert.match(text, /plugins:\n {2}# house \(left out: Perl of your own is not run here\)\n {2}- rcpt_ok\n$/)
    assert.deepEqual(findings, ['plugins:1:1 error IMP001 `house` is left out: Perl of your own is not run here'])
  })

  it('is none when it refuses nothing', async () => {
    const { findings } = await imported({ plugins: 'uribl reject 0\ncontent_log\nrcpt_ok\n' })
    assert.deepEqual(
      findings.map((line) => line.split(' ')[1]),
      ['info', 'info'],
    )
  })

  it('names arguments that come to nothing, by what is lost with them', async () => {
    const plugins = [
      'loadcheck cache_time 5',
      'sender_permitted_from reject 2 no_dmarc_policy 2',
      'sender_permitted_from no_dmarc_policy 0',
      'loop loglevel 3',
      'dnsbl loglevel LOGDEBUG',
      'tls /k/c.pem /k/k.pem /k/ca.pem /k/dh.pem',
      'queue/maildir /var/mail %u 0750',
      'random_error -1',
      'dmarc',
    ]
    const { text, findings } = await imported({ plugins: plugins.join('\n'), dnsbl_zones: 'bl.example\n' })
    assert.deepEqual(
      findings.filter((line) => line.includes('IMP002')),
      [
        'plugins:1:11 info IMP002 `cache_time` of `loadcheck` means nothing here',
        'plugins:2:32 error IMP002 `no_dmarc_policy` of `sender_permitted_from` is not carried over',
        'plugins:4:6 warning IMP002 `loglevel` is nothing for `max` of `loop`; its default holds',
        'plugins:4:15 warning IMP002 `loop` has no argument `3` here',
        'plugins:5:7 info IMP002 `dnsbl` has no level of its own; `logging/debug_plugin` writes all its lines',
        'plugins:6:23 info IMP002 `/k/ca.pem` means nothing here: no authority and no dhparam is wanted',
        'plugins:6:33 info IMP002 `/k/dh.pem` means nothing here: no authority and no dhparam is wanted',
        'plugins:7:28 warning IMP002 `0750` is nothing for `permissions` of `queue/maildir`; its default holds',
      ],
    )
    assert.match(text, /- random_error: \{ percent: 0 \}/)
  })

  it('may have a builtin whose arguments are not known', async () => {
    const { findings } = await imported({ plugins: 'karma penalty_days 2\n' })
    assert.deepEqual(findings, ['plugins:1:1 error IMP001 `karma` is left out: its arguments are not carried over'])
  })

  it('is told with its argument where only that is not known', async () => {
    const { findings } = await imported({ plugins: 'rcpt_ok\nloop 3 4\nheaders colour blue past soon\n' })
    assert.deepEqual(findings, [
      'plugins:2:8 warning IMP002 `loop` has no argument `4` here',
      'plugins:3:9 warning IMP002 `headers` has no argument `colour` here',
      'plugins:3:26 warning IMP002 `soon` is nothing for `past` of `headers`; its default holds',
    ])
  })

  it('may be left out on purpose, or something may stand in for it', async () => {
    const settings = 'without: [house]\ninstead: { cellar: ./rules/cellar.yaml }\n'
    const { text, findings } = await imported({ plugins: 'house\ncellar\n', 'postern-settings.yaml': settings })
    assert.match(text, /^ {2}- \.\/rules\/cellar\.yaml$/m)
    assert.deepEqual(findings, ['plugins:1:1 info IMP001 `house` is left out: postern-settings.yaml says so'])
  })

  it('is yours when a plugin of that name stands before that of qpsmtpd', async () => {
    const perl = {
      '/opt/own/relay': '',
      '/usr/share/q/rcpt_ok': '',
      '/usr/share/q/queue/maildir': '',
      '/usr/share/q/loop': '',
    }
    const { findings } = await imported({ ...perl, plugins: 'relay\nloop\n', plugin_dirs: '/opt/own\n/usr/share/q\n' })
    assert.deepEqual(findings, ['plugins:1:1 error IMP001 `relay` is left out: Perl of your own is not run here'])
  })
})

describe('known differences', () => {
  it('are named for plugins in use', async () => {
    const row = { theirs: 'a', ours: 'b', why: 'bug', id: 'relay-x' }
    const differences = [
      { ...row, section: 'Plugins', about: ['dnsbl', 'relay'] },
      { ...row, section: 'Plugins', about: ['rhsbl'] },
      { ...row, section: 'The server', about: ['SIZE'] },
    ]
    const { findings } = await imported({ plugins: '\ncheck_relay\nrcpt_ok\n' }, differences)
    assert.deepEqual(findings, [
      "plugins:1:1 info IMP004 the server differs from qpsmtpd's in 1 known ways, whatever its plugins are",
      "plugins:2:1 info IMP004 `check_relay` differs from qpsmtpd's in one known way",
    ])
  })
})
