/** `postern diff`: two sites in directories or in git, and what decides differently, with sessions that `explain` confirms. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { DiffReport } from '../../src/testing/diff/report.ts'
import { reportOf } from './diff-report.ts'
import { type Folder, folder } from './folder.ts'
import { commitAll } from './git.ts'

const SITE = `hostname: mx.example.org
local_domains: [example.org]
plugins: [./house.yaml, rcpt_ok]
`

interface House {
  readonly domains?: string
  readonly partners?: string
  readonly full?: string
}

function house({ domains = 'old.example', partners = '198.51.100.0/25', full = 'DENYSOFT' }: House = {}): string {
  return `plugin: house
lists: { partners: { entries: [${partners}], of: ip } }
hooks:
  connect:
    - { id: partner, match: { remote_ip: { in_list: partners } }, set: { relay_client: true } }
  mail:
    - { id: no, match: { sender.domain: [${domains}] }, return: DENY, message: Not you }
  rcpt:
    - { id: full, match: { rcpt.user: full }, return: ${full} }
`
}

function twoSites(test: TestContext, before: House, after: House): Folder {
  return folder(test, {
    'before/postern.yaml': SITE,
    'before/house.yaml': house(before),
    'postern.yaml': SITE,
    'house.yaml': house(after),
  })
}

function differences({ differences: all }: DiffReport): readonly string[] {
  return all.map(({ change, hook, by }) => `${change} at ${hook} by ${by}`)
}

describe('diff', () => {
  it('says what is newly accepted, refused or deferred, and by which rule', async (test) => {
    const of = twoSites(test, {}, { domains: 'new.example', partners: '198.51.100.0/24', full: 'DENY' })
    const report = await reportOf(of)
    assert.deepEqual(
      new Set(differences(report)),
      new Set([
        'reject → accept at mail by house/no',
        'reject → accept at rcpt by house/partner',
        'accept → reject at mail by house/no',
        'defer → reject at rcpt by house/full',
        'defer → reject at mail by house/no',
      ]),
    )
    assert.deepEqual(report.without_difference, [])
    const relayed = report.differences.find(({ by }) => by === 'house/partner')
    assert.match(relayed?.session.remote_ip ?? '', /^198\.51\.100\.(?:12[89]|1[3-9]\d|2\d\d)$/)
  })

  it('shows sessions that both sites confirm', async (test) => {
    const of = twoSites(test, {}, { domains: 'new.example', partners: '198.51.100.0/24' })
    for (const { session, before, after } of (await reportOf(of)).differences) {
      writeFileSync(join(of.path, 'session.json'), JSON.stringify(session))
      for (const [site, { reply }] of [
        ['before/postern.yaml', before],
        ['postern.yaml', after],
      ] as const) {
        const { stdout } = await of.postern(['explain', '-s', site, '--session', 'session.json', '-f', 'json'])
        const { decisions } = JSON.parse(stdout) as { readonly decisions: readonly { readonly reply: string }[] }
        assert.ok(decisions.some((one) => one.reply === reply))
      }
    }
  })

  it('reads like a sentence', async (test) => {
    const { code, stdout } = await twoSites(test, {}, { domains: 'old.example, new.example' }).postern([
      'diff',
      'before',
    ])
    assert.equal(code, 0)
    assert.match(stdout, /^1 rule changed, 2 differences found\n {2}changed {2}house\/no at mail$/m)
    assert.match(
      stdout,
      /^accept → reject at mail by house\/no\n {2}new: <someone@new\.example> to <\S+@example\.org> → 550 5\.7\.1 Not you \(house\/no, house\.yaml:7:7\)\n {2}before: accept \(rcpt_ok\//m,
    )
    assert.match(stdout, /^no other difference in \d+ sessions; that is no proof:$/m)
  })

  it('proves that nothing changed where rules are the same text, whatever comments and places say', async (test) => {
    const of = twoSites(test, {}, {})
    writeFileSync(join(of.path, 'house.yaml'), `# once more\n\n${house()}`)
    const { code, stdout } = await of.postern(['diff', 'before', '--gate', 'no-change'])
    assert.deepEqual(
      [code, stdout.split('\n')[0]],
      [0, 'the same: the rules of both are equal, with their lists, parameters, policies and settings'],
    )
  })

  it('does not call the same what it only found no difference in', async (test) => {
    const of = twoSites(test, {}, { full: 'DENYSOFT, message: Full' })
    const report = await reportOf(of)
    assert.deepEqual([report.proved_same, differences(report)], [false, []])
    assert.deepEqual(report.without_difference, ['rcpt house/full'])
    assert.ok(report.not_proved.length > 0)
  })

  it('fails at gates', async (test) => {
    const of = twoSites(test, {}, { domains: 'old.example, new.example' })
    const gate = async (name: string): Promise<number> => (await of.postern(['diff', 'before', '--gate', name])).code
    assert.deepEqual([await gate('no-new-accept'), await gate('no-new-reject'), await gate('no-change')], [0, 1, 1])
    assert.equal(await gate('no-such-gate'), 2)
    assert.equal((await of.postern(['diff', 'postern.yaml', 'before', '--gate', 'no-new-accept'])).code, 1)
  })

  it('compares revisions of git', async (test) => {
    const of = twoSites(test, {}, { domains: 'old.example, new.example' })
    commitAll(of)
    writeFileSync(join(of.path, 'house.yaml'), house({ domains: 'other.example' }))
    const changes = async (...sites: readonly string[]) => {
      const { stdout } = await of.postern(['diff', ...sites, '-f', 'json'])
      return (JSON.parse(stdout) as DiffReport).differences.map(({ change }) => change)
    }
    assert.ok((await changes('HEAD')).includes('reject → accept'))
    assert.deepEqual(await changes('HEAD', 'HEAD'), [])
    assert.equal((await of.postern(['diff', 'no-such-revision'])).code, 2)
  })

  it('writes a table for reviews', async (test) => {
    const of = twoSites(test, {}, { domains: 'new.example' })
    const { stdout } = await of.postern(['diff', 'before', '-f', 'markdown', '--gate', 'no-new-accept'])
    assert.match(stdout, /^### postern diff: 1 rule changed, /)
    assert.match(stdout, /^\| reject → accept at mail by house\/no \| 550 5\.7\.1 Not you/m)
    assert.match(stdout, /^\| no-new-accept \| not met \|$/m)
  })
})

describe('diff with traffic', () => {
  const record = (number: number, facts: object) => ({
    v: 1,
    id: `c.${number}`,
    time: `2026-11-20T12:00:0${number}Z`,
    hook: 'rcpt',
    facts: { remote_ip: '203.0.113.7', helo: 'x.example', sender: 'a@b.example', rcpt: ['bob@example.org'], ...facts },
    path: [],
    decision: { return: 'OK' },
  })

  it('says how many recorded decisions each difference touches', async (test) => {
    const of = twoSites(test, {}, { domains: 'old.example, new.example', full: 'DENY' })
    const records = [
      record(1, { sender: 'a@new.example' }),
      record(2, { sender: 'b@new.example' }),
      record(3, { sender: 'a@old.example' }),
      record(4, {}),
      { ...record(5, { sender: 'x@y.example' }), masked: { sender: 'hash' } },
    ]
    writeFileSync(join(of.path, 'log.ndjson'), records.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const { traffic, differences: all } = await reportOf(of, '--traffic', 'log.ndjson')
    assert.deepEqual(traffic, { decisions: 5, undetermined: 1, others: [] })
    const touched = new Map(all.map(({ change, by, touched: one }) => [`${change} by ${by}`, one]))
    assert.deepEqual(touched.get('accept → reject by house/no'), {
      count: 2,
      first: { id: 'c.1', time: '2026-11-20T12:00:01Z', hook: 'rcpt' },
    })
    assert.deepEqual(touched.get('defer → reject by house/full'), { count: 0 })
  })

  it('shows differences that no session was found for, and counts them at gates', async (test) => {
    const body = (size: number): string => `plugin: size
hooks: { rcpt: [{ id: many, match: { rcpt.count: { gt: ${size} } }, return: DENY }] }
`
    const site = SITE.replace('./house.yaml', './size.yaml')
    const of = folder(test, {
      'before/postern.yaml': site,
      'before/size.yaml': body(5),
      'postern.yaml': site,
      'size.yaml': body(1),
    })
    const recipients = ['a', 'b', 'c'].map((user) => `${user}@example.org`)
    const log = recipients.map((rcpt, index) => ({ ...record(index, { rcpt: [rcpt] }), transaction: 't1' }))
    writeFileSync(join(of.path, 'log.ndjson'), log.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const report = await reportOf(of, '--traffic', 'log.ndjson', '--gate', 'no-new-reject')
    assert.deepEqual(differences(report), [])
    assert.ok(report.not_proved.some((doubt) => doubt.includes('rcpt.count')))
    assert.deepEqual(
      report.traffic?.others.map(({ change, by, count }) => [change, by, count]),
      [['accept → reject', 'size/many', 1]],
    )
    assert.deepEqual(report.gates, [{ gate: 'no-new-reject', passed: false }])
  })
})
