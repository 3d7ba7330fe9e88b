/** `postern explain`: who decided, what would have happened otherwise, and why a rule did not. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { folder } from './folder.ts'

const SITE = {
  'postern.yaml':
    'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml, ./second.yaml, rcpt_ok]\n',
  'house.yaml': `plugin: house
hooks:
  mail:
    - { id: friend, match: { sender.domain: friend.example }, return: DECLINED }
    - { id: behind-friend, match: { sender.user: ann }, return: DENY }
    - { id: bulk, match: { sender.domain: .bulk.example }, unless: { immune: true }, return: DENY, message: No bulk }
    - { id: trial, match: { helo: mx.bulk.example }, return: DENY, mode: monitor }
  data_post:
    - { id: late, match: always, return: DENY }
`,
  'second.yaml': `plugin: second
hooks:
  mail: [{ id: slow, match: { helo: mx.bulk.example }, return: DENYSOFT, message: Later }]
`,
}
const BULK = [
  '--ip',
  '192.0.2.7',
  '--helo',
  'mx.bulk.example',
  '--from',
  'zoe@news.bulk.example',
  '--rcpt',
  'bob@example.org',
]
const FRIEND = [
  '--ip',
  '192.0.2.7',
  '--helo',
  'mx.friend.example',
  '--from',
  'ann@friend.example',
  '--rcpt',
  'bob@example.org',
]

const NO_SITE =
  'postern: there is no site file postern.yaml; name the one you mean, or begin a site with `postern init`'

async function explained(test: TestContext, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await folder(test, SITE).postern(['explain', ...args])
  assert.equal(code, 0, stderr)
  return stdout
}

describe('without a site', () => {
  for (const command of ['serve', 'doctor', 'explain', 'shell', 'replay'])
    it(`${command} says what to type`, async (test) => {
      const { postern } = folder(test, { 'mail/postern.yaml': '' })
      const args = command === 'replay' ? ['decisions.ndjson'] : []
      const { code, stderr } = await postern([command, ...args])
      assert.deepEqual([code, stderr.trim()], [3, NO_SITE])
    })

  it('a directory is not taken for its file', async (test) => {
    const { code, stderr } = await folder(test, { 'mail/postern.yaml': '' }).postern(['serve', 'mail'])
    assert.deepEqual([code, stderr.trim()], [3, 'postern: mail is a directory; name its site file: mail/postern.yaml'])
  })
})

describe('an explanation', () => {
  it('says what would have happened without the rule that decided', async (test) => {
    const text = await explained(test, ...BULK)
    assert.match(text, /^mail {2}550 5\.7\.1 No bulk$/m)
    assert.match(text, /^else {6}at mail second\/slow would, second\.yaml:3:10: 450 4\.7\.1 Later$/m)
    const whole = JSON.parse(await explained(test, ...BULK, '-f', 'json')) as { otherwise: { rule: string } }
    assert.equal(whole.otherwise.rule, 'slow')
  })

  it('says how to answer what the session does not answer', async (test) => {
    const house = `plugin: house
lists: { partners: { source: "cdb:partners.cdb", of: address } }
hooks:
  connect: [{ id: early, match: { early_talker: { wait: 1s } }, return: DENY }]
  mail:
    - { id: zone, match: { dnsbl: { zones: [bl.example] } }, return: DENY }
    - { id: partner, match: { sender: { in_list: partners } }, on_unknown: skip, return: DENY }
`
    const { postern } = folder(test, { ...SITE, 'house.yaml': house })
    const { stdout } = await postern(['explain', ...BULK])
    assert.match(stdout, /^asked {5}early_talker: .*\(--session\): "answers": \{ "early_talker": "miss" \}$/m)
    assert.match(stdout, /^asked {5}DNS 7\.2\.0\.192\.bl\.example A: .* --dns "7\.2\.0\.192\.bl\.example A=…"$/m)
    assert.match(stdout, /^asked {5}a list outside: .*\(--session\): "sources": \{ "cdb:partners\.cdb": .*\}$/m)
    const { asked } = JSON.parse((await postern(['explain', ...BULK, '-f', 'json'])).stdout) as { asked: unknown[] }
    assert.deepEqual(asked.slice(0, 2), [
      { kind: 'word', what: 'early_talker' },
      { kind: 'dns', what: '7.2.0.192.bl.example A' },
    ])
  })

  it('says so too where nobody else would', async (test) => {
    assert.match(
      await explained(test, ...FRIEND),
      /^else {6}at rcpt rcpt_ok\/foreign would, .*: 550 5\.7\.1 Relaying denied$/m,
    )
  })

  it('has three levels', async (test) => {
    const [why, rules, all] = [
      await explained(test, ...FRIEND),
      await explained(test, ...FRIEND, '-v'),
      await explained(test, ...FRIEND, '-vv'),
    ]
    assert.doesNotMatch(why, /house\/bulk|second\/slow/)
    assert.match(rules, /^ {2}miss {4}second\/slow /m)
    assert.doesNotMatch(rules, /^ {2}notes /m)
    assert.match(all, /^ {2}notes {3}\{\}$/m)
  })
})

describe('why a rule did not decide', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['bulk', FRIEND, /house\/friend left this plugin with DECLINED before it was asked/],
    ['house/friend', BULK, /it does not hold\n +sender\.domain: friend\.example → miss, saw "news\.bulk\.example"/],
    ['slow', BULK, /house\/bulk answered before it was asked/],
    ['slow', FRIEND, /it does not hold\n +helo: mx\.bulk\.example → miss, saw "mx\.friend\.example"/],
    ['late', BULK, /the session never came to data_post: it came to mail, where house\/bulk answered DENY/],
    ['bulk', [...BULK, '--relay-client'], /it does not hold\n +immune: true → hit, saw "true"/],
    ['bulk', BULK, /it holds, and answered DENY/],
  ]
  for (const [rule, session, because] of cases)
    it(`${rule}: ${because.source}`, async (test) => {
      assert.match(await explained(test, ...session, '--why-not', rule), because)
    })

  it('suggests a rule that there is', async (test) => {
    const { code, stderr } = await folder(test, SITE).postern(['explain', ...BULK, '--why-not', 'house/bulc'])
    assert.deepEqual([code, stderr], [2, 'postern: there is no rule house/bulc; did you mean house/bulk?\n'])
  })
})

describe('a decision of the log', () => {
  const record = (id: string, rcpt: string): string =>
    JSON.stringify({
      v: 1,
      id,
      time: '2026-11-20T12:00:00.000Z',
      transaction: 't1',
      hook: 'rcpt',
      facts: {
        remote_ip: '192.0.2.7',
        helo: 'mx.friend.example',
        sender: 'ann@friend.example',
        rcpt: [rcpt],
        notes: {},
      },
      decision: { return: 'OK' },
    })

  it('is explained by its id, with those before it', async (test) => {
    const log = `${record('c1.1', 'x@elsewhere.example')}\n${record('c1.2', 'bob@example.org')}\n`
    const of = folder(test, { ...SITE, 'log.ndjson': log })
    const { code, stdout } = await of.postern(['explain', '--log', 'log.ndjson', '--id', 'c1.2'])
    assert.equal(code, 0)
    assert.match(stdout, /^rcpt x@elsewhere\.example {2}550 /m)
    assert.match(stdout, /^accepted {2}bob@example\.org$/m)
    const missing = await of.postern(['explain', '--log', 'log.ndjson', '--id', 'c9.9'])
    assert.deepEqual([missing.code, missing.stderr], [3, 'postern: no decision c9.9 in log.ndjson\n'])
    assert.equal((await of.postern(['explain', '--id', 'c1.2'])).code, 2)
  })

  it('is said not to be all there when something of it is masked', async (test) => {
    const { facts, ...rest } = JSON.parse(record('c1.1', 'bob@example.org'))
    const masked = { ...rest, facts: { ...facts, sender: undefined }, masked: { sender: 'b41b' } }
    const of = folder(test, { ...SITE, 'log.ndjson': JSON.stringify(masked) })
    const { stderr } = await of.postern(['explain', '--log', 'log.ndjson', '--id', 'c1.1'])
    assert.match(stderr, /^not in the log, so not known here: sender \(masked\)$/m)
  })
})
