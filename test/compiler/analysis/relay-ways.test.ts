/** Ways for a stranger to relay, one by one: what is shown as a session is accepted by the real dispatcher. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VOCABULARY } from '../../../src/cli/wiring.ts'
import { analyse } from '../../../src/compiler/analysis/index.ts'
import { type Diagnostic, Report } from '../../../src/language/diagnostic.ts'
import type { SessionRecord } from '../../../src/testing/session-record.ts'
import { findingLine, loadTexts, tell } from '../memory-site.ts'

const MX = '{ name: mx, address: 192.0.2.1, port: 25 }'
const SUBMISSION =
  '{ name: submission, address: 192.0.2.1, port: 587, auth: { mechanisms: [PLAIN], without_tls: true } }'
const AT_RCPT = `
  rcpt:
    - { id: relay, match: { relay_client: true }, return: OK }
    - { id: ours, match: { rcpt.domain: example.org }, return: OK }`

/** What the proof says: the rule and the session of each way, of which every one relays. */
async function ways(
  hooks: string,
  listen: readonly string[] = [MX],
  guard = '',
  more = '',
): Promise<readonly (readonly unknown[])[]> {
  const texts = {
    'postern.yaml': `hostname: mx.example.org\nlisten: [${listen.join(', ')}]\nplugins: [${guard && '{ use: ./guard.yaml, skippable: true }, '}./house.yaml]\n${more}`,
    'guard.yaml': `plugin: guard\nhooks:${guard}\n`,
    'house.yaml': `plugin: house\nhooks:${hooks}\n`,
    passwords: 'ann:pencil\n',
  }
  const { site, outline, report: loaded } = await loadTexts(texts, {}, VOCABULARY)
  assert.ok(site && outline && loaded.errors === 0, loaded.sorted().map(findingLine).join('\n'))
  const report = new Report()
  const { services, listeners } = site
  analyse({ outline, services, listeners, isOurs: () => false }, report)
  const found = report.sorted().filter(({ code }) => code === 'FLW510' || code === 'FLW511')
  for (const session of found.flatMap(sessionIn)) {
    const { accepted } = await tell(site, session, false)
    assert.deepEqual(accepted, [session.rcpt].flat(), JSON.stringify(session))
  }
  return found.map((one) => [one.code, one.rule, ...sessionIn(one).map(tellingParts)])
}

function sessionIn({ notes }: Diagnostic): readonly SessionRecord[] {
  return notes.filter((note) => note.startsWith('a session that does: ')).map((note) => JSON.parse(note.slice(21)))
}

/** What another session would have too says nothing. */
function tellingParts(session: SessionRecord): object {
  const usual: SessionRecord = {
    helo: 'client.example',
    listener: 'mx',
    remote_ip: '203.0.113.9',
    sender: 'someone@elsewhere.example',
    rcpt: 'someone@elsewhere.example',
  }
  const usualParts = new Map<string, unknown>(Object.entries(usual))
  return Object.fromEntries(Object.entries(session).filter(([key, value]) => usualParts.get(key) !== value))
}

/** One rule at RCPT beside the usual ones. */
async function wayOf(condition: string): Promise<readonly (readonly unknown[])[]> {
  return ways(`${AT_RCPT}\n    - { id: all, match: ${condition}, return: OK }`)
}

describe('whoever relays by what it says', () => {
  const cases: readonly (readonly [condition: string, session: object])[] = [
    ['{ rcpt.detail: sesame }', { rcpt: 'someone+sesame@elsewhere.example' }],
    ['{ rcpt.detail: { exists: true } }', { rcpt: 'someone+detail@elsewhere.example' }],
    ['{ rcpt.mailbox: ann, rcpt.detail: { exists: false } }', { rcpt: 'ann@elsewhere.example' }],
    ['{ mail.size: { lt: 500 } }', { mail_params: { SIZE: '1' } }],
    ['{ mail.params.BODY: { starts_with: 8BIT } }', { mail_params: { BODY: '8bit' } }],
    ['{ time.weekday: Sunday, time.hour: { lt: 6 } }', { now: '2026-11-22T00:00:00Z' }],
    ['{ client_sessions: { gt: 3 } }', { client_sessions: 4 }],
    ['{ elapsed: { lt: 5 } }', {}],
    ['{ elapsed: { gt: 30 } }', { elapsed: 31 }],
    ['{ elapsed: { between: [2.5, 3] } }', { elapsed: 2.5 }],
    [
      '{ rcpt.count: { gt: 1 } }',
      { rcpt: ['someone@example.org', 'someone@example.org', 'someone@elsewhere.example'] },
    ],
    ['{ local_ip: 198.51.100.25 }', { local_ip: '198.51.100.25' }],
    ['{ local_ip: [10.0.0.25, 198.51.100.25] }', { local_ip: '198.51.100.25' }],
    ['{ mail.params.BODY: 8BITMIME, mail.params.RET: HDRS }', { mail_params: { BODY: '8bitmime', RET: 'hdrs' } }],
    ['{ rcpt: { ends_with: example.org } }', { rcpt: 'someone@elsewhereexample.org' }],
    ['{ rcpt: { contains: example.com } }', { rcpt: 'someone@elsewhereexample.com' }],
    ['{ command: RCPT }', {}],
    ['{ command.argument: { starts_with: "TO:<vip" } }', { rcpt: 'vip@elsewhere.example' }],
    ['{ command.path: { regex: "^<x-" } }', { rcpt: 'x-@elsewhere.example' }],
    ['{ command.path: { ends_with: ".net>" } }', { rcpt: 'someone@no-such-name-37.net' }],
    ['{ helo_matches: {} }', { answers: { helo_matches: 'hit' } }],
    ['{ not: { dnsbl: { zones: [bl.example] } } }', { answers: { dnsbl: 'miss' } }],
  ]
  for (const [condition, session] of cases)
    it(`is shown: ${condition}`, async () => {
      assert.deepEqual(await wayOf(condition), [['FLW510', 'all', session]])
    })

  for (const condition of [
    '{ rcpt: { ends_with: "@example.org" } }',
    '{ rcpt: { ends_with: ["@example.org", .example.com] } }',
    '{ rcpt: { glob: "*@example.org" } }',
    '{ rcpt: { glob: ["*@*.example.org", "*.example.com"] } }',
    '{ command: MAIL }',
    '{ rcpt.params.NOTIFY: never }',
  ])
    it(`is nobody: ${condition}`, async () => {
      assert.deepEqual(await wayOf(condition), [])
    })

  for (const condition of [
    '{ rcpt.count: { gt: 500 } }',
    '{ local_ip: 10.0.0.25 }',
    '{ rcpt.params.X-KEY: sesame }',
    '{ command.argument: { starts_with: "FROM:" } }',
  ])
    it(`cannot be told: ${condition}`, async () => {
      assert.deepEqual(
        (await wayOf(condition)).map(([code]) => code),
        ['FLW511'],
      )
    })

  it('comes behind recipients of ours, where those change nothing', async () => {
    const behind = (change: string): string => `
  rcpt:
    - { id: many, match: { rcpt.count: 1, score: { lt: 5 } }, return: OK }
    - { id: ours, match: { rcpt.domain: example.org }, ${change}return: OK }`
    const shown = { rcpt: ['someone@example.org', 'someone@elsewhere.example'] }
    assert.deepEqual(await ways(behind('')), [['FLW510', 'many', shown]])
    assert.deepEqual(await ways(behind('add: { score: 9 }, ')), [['FLW511', 'many']])
  })

  it('wants to hear of the delivery, where DSN is offered', async () => {
    const dsn = 'extensions: { dsn: true }\n'
    const all = (condition: string) =>
      ways(`${AT_RCPT}\n    - { id: all, match: ${condition}, return: OK }`, [MX], '', dsn)
    assert.deepEqual(await all('{ rcpt.params.NOTIFY: never }'), [
      ['FLW510', 'all', { rcpt_params: { NOTIFY: 'NEVER' } }],
    ])
    assert.deepEqual(await all('{ rcpt.params.NOTIFY: sesame }'), [['FLW511', 'all']])
  })

  it('has said HELO or EHLO: no listener takes MAIL without it', async () => {
    assert.deepEqual(await wayOf('{ helo: { exists: false } }'), [])
  })

  it('may say HELO where EHLO is refused, and is shown so', async () => {
    const all = '\n  rcpt:\n    - { id: all, match: always, return: OK }'
    const refusing =
      '- { id: refuse, match: { remote_host: { exists: false } }, unless: { remote_ip: 10.0.0.0/8 }, return: DENY }'
    const [only, both] = [
      `\n  ehlo:\n    ${refusing.replace('{ remote_host: { exists: false } }', 'always')}`,
      '\n  helo, ehlo:\n    - { id: refuse, match: always, return: DENY }',
    ]
    assert.deepEqual(await ways(only + all), [['FLW510', 'all', { helo_verb: 'HELO' }]])
    assert.deepEqual(await ways(both + all), [])
  })
})

describe('rules on the way', () => {
  it('may be asked by commands besides', async () => {
    const knock = (hook: string, condition: string, more = ''): string =>
      `\n  ${hook}:\n    - { id: knock, match: ${condition}, set: { relay_client: true }${more} }${AT_RCPT}`
    const shown = (line: string): readonly unknown[] => [['FLW510', 'knock', { commands: [line] }]]
    assert.deepEqual(await ways(knock('noop', '{ command.argument: sesame }')), shown('NOOP sesame'))
    assert.deepEqual(await ways(knock('vrfy', 'always')), shown('VRFY someone'))
    assert.deepEqual(await ways(knock('vrfy', 'always', ', return: DENY')), shown('VRFY someone'))
    assert.deepEqual(await ways(knock('unrecognized_command', '{ command: XOPEN }')), shown('XOPEN'))
    assert.deepEqual(await ways(knock('noop', 'always', ', return: DENY_DISCONNECT')), [])
  })

  it('may keep what the client said, and ask for it later', async () => {
    const keeping = (text: string, condition: string): string =>
      `\n  mail:\n    - { id: keep, match: always, set: { note.said: "${text}" } }\n` +
      `    - { id: friend, match: { note.said: ${condition} }, set: { relay_client: true } }${AT_RCPT}`
    assert.deepEqual(await ways(keeping('${helo}', 'mx.friend.example')), [
      ['FLW510', 'friend', { helo: 'mx.friend.example' }],
    ])
    assert.deepEqual(await ways(keeping('${sender.user}', '{ ends_with: boss }')), [
      ['FLW510', 'friend', { sender: 'boss@elsewhere.example' }],
    ])
    assert.deepEqual(await ways(keeping('${remote_ip}', '198.51.100.7')), [['FLW511', 'friend']])
    assert.deepEqual(await ways(keeping('${helo} ${sender}', 'friend')), [['FLW511', 'friend']])
    assert.deepEqual(await ways(keeping('${helo}', '{ exists: true }')), [['FLW510', 'friend', {}]])
  })
})

describe('mail that is sent on', () => {
  const to = (text: string, condition = 'rcpt.domain: example.org'): string => `
  rcpt:
    - { id: on, match: { ${condition} }, deliver_to: "${text}", return: OK }`

  it('goes anywhere where the client says to which domain', async () => {
    for (const text of [
      '${rcpt.user}',
      '${rcpt.detail}',
      '${sender}',
      'ann@${helo}',
      '${header.X-To | ann@example.org}',
    ])
      assert.deepEqual(
        await ways(
          to(text)
            .replace('rcpt:', text.includes('header') ? 'data_post:' : 'rcpt:')
            .replace(', return: OK', ''),
        ),
        [['FLW510', 'on']],
        text,
      )
  })

  it('goes to us, or for those who may relay', async () => {
    for (const text of ['${rcpt.user}@example.com', 'ann@${rcpt.domain}', 'ann@example.com', '${rcpt}'])
      assert.deepEqual(await ways(to(text)), [], text)
    assert.deepEqual(await ways(to('${rcpt.user}', 'relay_client: true')), [])
    assert.deepEqual(await ways(to('${rcpt.user}', 'remote_ip: 198.51.100.0/24')), [])
  })
})

describe('a plugin that recipients may leave out', () => {
  it('is no proof of anything', async () => {
    const all = `\n  rcpt:\n    - { id: all, match: always, return: OK }`
    const guard = `\n  rcpt:\n    - { id: guard, match: always, unless: { rcpt.domain: example.org }, return: DENY }`
    assert.deepEqual(await ways(all, [MX], guard), [['FLW511', 'all']])
    assert.deepEqual(await ways(AT_RCPT, [MX], all), [['FLW510', 'all', {}]])
  })
})

describe('a stranger who logs in', () => {
  const at = (rule: string): string => `\n  auth:\n    - ${rule}${AT_RCPT}`
  const anybody = { listener: 'submission', auth: { user: 'someone', password: 'anything', mechanism: 'PLAIN' } }
  const ann = { ...anybody, auth: { ...anybody.auth, user: 'ann' } }

  it('relays where no password is asked for', async () => {
    const listen = [MX, SUBMISSION]
    assert.deepEqual(await ways(at('{ id: in, match: always, return: OK }'), listen), [['FLW510', 'in', anybody]])
    assert.deepEqual(await ways(at('{ id: in, match: { attempt.user: ann }, return: OK }'), listen), [
      ['FLW510', 'in', ann],
    ])
  })

  it('relays where the attempt alone is enough', async () => {
    const trying = at('{ id: try, match: always, set: { relay_client: true }, return: DENY }')
    assert.deepEqual(await ways(trying, [MX, SUBMISSION]), [['FLW510', 'try', anybody]])
  })

  it('relays nothing without a password that is right, or where nobody can log in', async () => {
    const file = 'auth_file: { file: passwords }'
    assert.deepEqual(await ways(at(`{ id: in, match: { ${file} }, return: OK }`), [SUBMISSION]), [])
    assert.deepEqual(
      await ways(at(`{ id: in, match: { any: [{ ${file} }, { attempt.user: guest }] }, return: OK }`), [SUBMISSION]),
      [['FLW510', 'in', { ...anybody, auth: { ...anybody.auth, user: 'guest' } }]],
    )
    assert.deepEqual(await ways(at('{ id: in, match: always, return: DENY }'), [SUBMISSION]), [])
  })
})

describe('whoever is believed', () => {
  const mx = (trust: string): string => MX.replace(' }', `, ${trust} }`)
  const office = `
  connect:
    - { id: office, match: { remote_ip: 10.0.0.0/8 }, set: { relay_client: true } }${AT_RCPT}`
  const inside = { remote_ip: '10.0.0.0' }

  it('relays where everybody may say which address it has', async () => {
    assert.deepEqual(await ways(office, [mx('proxy: { from: [10.0.0.1] }')]), [])
    assert.deepEqual(await ways(office, [mx('proxy: { from: [0.0.0.0/0] }')]), [['FLW510', 'office', inside]])
    assert.deepEqual(await ways(office, [mx('xclient: { from: [0.0.0.0/0, "::/0"] }')]), [['FLW510', 'office', inside]])
    assert.deepEqual(await ways(office, [mx('xforward: { from: [0.0.0.0/0] }')]), [])
  })

  it('relays where everybody may say whom it brings mail from', async () => {
    const brought = `${AT_RCPT}
    - { id: brought, match: { xforward.addr: 10.0.0.0/8 }, return: OK }`
    assert.deepEqual(await ways(brought, [mx('xforward: { from: [192.0.2.0/24] }')]), [])
    assert.deepEqual(await ways(brought, [mx('xforward: { from: [0.0.0.0/0] }')]), [
      ['FLW510', 'brought', { xforward: { addr: '10.0.0.0' } }],
    ])
  })

  it('relays where everybody may say that it has logged in', async () => {
    const user = `${AT_RCPT}
    - { id: user, match: { auth.user: ann }, return: OK }`
    const ann = { auth: { user: 'ann', mechanism: 'XCLIENT' } }
    assert.deepEqual(await ways(user, [mx('xclient: { from: [198.51.100.0/24] }')]), [])
    assert.deepEqual(await ways(user, [mx('xclient: { from: [0.0.0.0/0] }')]), [['FLW510', 'user', ann]])
  })
})
