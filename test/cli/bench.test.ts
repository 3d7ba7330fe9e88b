/**
 * `postern bench`: which sessions it holds, what it compares with, and when it fails. How long anything takes is no
 * matter here.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BenchReport } from '../../src/cli/for-people/bench.ts'
import { type Folder, folder } from './folder.ts'
import { commitAll } from './git.ts'

const RULES = `plugin: house
hooks:
  connect: [{ id: listed, match: { dnsbl: { zones: [bl.example] } }, return: DENY, reply_at: rcpt }]
  rcpt: [{ id: ours, match: { rcpt.domain: example.org }, return: OK }]
tests:
  - { name: alone, given: { remote_ip: 192.0.2.9, dns: { 9.2.0.192.bl.example A: NXDOMAIN } }, expect: { hook: connect, rule: none } }
`

const SUITE = `suite: ours
site: ./postern.yaml
given: { dns: { 1.2.0.192.bl.example A: NXDOMAIN, 7.2.0.192.bl.example A: [127.0.0.2], 7.2.0.192.bl.example TXT: [listed] }, helo: a.example, sender: a@b.example }
tests:
  - { name: taken, given: { rcpt: [x@example.org, y@example.org] }, expect: { accepted: [x@example.org, y@example.org] } }
  - { name: refused, given: { remote_ip: 192.0.2.7, rcpt: x@example.org }, expect: { hook: rcpt, return: DENY } }
  - { name: not now, skip: later, given: { rcpt: z@example.org }, expect: { hook: rcpt, return: OK } }
`

const FILES = {
  'postern.yaml': 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml]\n',
  'house.yaml': RULES,
  'ours.test.yaml': SUITE,
  'elsewhere.test.yaml': SUITE.replace('./postern.yaml', './other/postern.yaml'),
}

const QUICK = ['bench', '--seconds', '0']

async function report(of: Folder, ...args: readonly string[]): Promise<BenchReport> {
  const { code, stdout, stderr } = await of.postern([...QUICK, '-f', 'json', ...args])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as BenchReport
}

function asked({ hooks }: BenchReport): readonly (readonly [string, number])[] {
  return hooks.map((one) => [one.hook, one.asked])
}

describe('bench', () => {
  it('holds the sessions of the suites that name the site', async (test) => {
    const measured = await report(folder(test, FILES))
    assert.deepEqual(asked(measured), [
      ['connect', 2],
      ['rcpt', 3],
    ])
    assert.equal(measured.decisions, 5)
    assert.deepEqual([measured.sessions.held, measured.sessions.unanswered, measured.sessions.left_out], [2, 0, 0])
    assert.deepEqual(
      measured.rules.map(({ hook, plugin, rule, asked: times }) => [hook, plugin, rule, times]),
      [
        ['connect', 'house', 'listed', 2],
        ['rcpt', 'house', 'ours', 3],
      ],
    )
  })

  it('holds those of the tests of its own plugins where no suite names it', async (test) => {
    const { 'ours.test.yaml': _, ...others } = FILES
    const measured = await report(folder(test, others))
    assert.deepEqual(asked(measured), [['connect', 1]])
  })

  it('holds those of a file, and leaves out what is no session', async (test) => {
    const lines = [{ remote_ip: '192.0.2.1' }, { remote_ip: '192.0.2.1', sender: 'a@b.example', rcpt: 'nobody' }]
    const of = folder(test, { ...FILES, 'some.json': lines.map((one) => JSON.stringify(one)).join('\n') })
    const { code, stdout, stderr } = await of.postern([...QUICK, '--session', 'some.json', '-f', 'json'])
    const { sessions } = JSON.parse(stdout) as BenchReport
    assert.deepEqual([code, sessions.held, sessions.left_out, sessions.unanswered], [0, 1, 1, 1])
    assert.match(stderr, /left out: `nobody` is no mail address/)
  })

  it('holds each transaction of a log once', async (test) => {
    const line = (id: number, hook: string, more: object, facts: object): string =>
      JSON.stringify({
        v: 1,
        id: `c.${id}`,
        time: '2026-11-20T12:00:00Z',
        connection: 'c',
        hook,
        facts: { remote_ip: '192.0.2.1', dns: { '1.2.0.192.bl.example A': 'NXDOMAIN' }, ...facts },
        decision: { return: 'DECLINED' },
        ...more,
      })
    const log = [
      line(1, 'connect', {}, {}),
      line(2, 'mail', { transaction: 't' }, { sender: 'a@b.example' }),
      line(3, 'rcpt', { transaction: 't' }, { sender: 'a@b.example', rcpt: ['x@example.org'] }),
      line(4, 'rcpt', { transaction: 't' }, { sender: 'a@b.example', rcpt: ['y@example.org'] }),
      line(5, 'connect', { connection: 'd' }, {}),
      line(6, 'quit', { connection: 'd' }, {}),
    ]
    const of = folder(test, { ...FILES, 'log.ndjson': `${log.join('\n')}\n` })
    assert.deepEqual(asked(await report(of, '--log', 'log.ndjson')), [
      ['connect', 2],
      ['rcpt', 2],
    ])
  })

  it('compares with rules of another directory or day', async (test) => {
    const of = folder(test, { ...FILES, 'before/postern.yaml': FILES['postern.yaml'], 'before/house.yaml': RULES })
    commitAll(of)
    for (const base of ['before', 'HEAD']) {
      const { hooks, compared_with: compared } = await report(of, '--base', base)
      assert.deepEqual([compared?.name, compared?.kind], [base, 'base'])
      assert.ok(hooks.every((one) => (one.base?.ratio ?? 0) > 0))
    }
    assert.equal((await of.postern([...QUICK, '--base', 'nowhere'])).code, 2)
  })

  it('compares with figures that it wrote', async (test) => {
    const of = folder(test, FILES)
    const { code, stdout } = await of.postern([...QUICK, '-f', 'json=bench.json'])
    assert.equal(code, 0)
    assert.match(stdout, /^[\d,]+ decisions a second on one processor: .* yardsticks, ± \d+ %\) each$/m)
    assert.match(stdout, /^what rules ask outside is answered by the sessions, and takes no time here$/m)
    assert.match(stdout, /^rcpt +3 .* %$/m)
    const { base, compared_with: compared } = await report(of, '--baseline', 'bench.json')
    assert.ok(base && base.ratio > 0)
    assert.deepEqual(compared, { name: 'bench.json', kind: 'baseline', doubts: [] })
    assert.equal((await of.postern([...QUICK, '--baseline', 'house.yaml'])).code, 3)
    assert.equal((await of.postern([...QUICK, '--baseline', 'nowhere.json'])).code, 3)
  })

  it('fails where a gate is not met', async (test) => {
    const of = folder(test, FILES)
    const good = await of.postern([...QUICK, '--budget', 'rcpt=1000s', 'connect=1000000000x'])
    assert.deepEqual([good.code, good.stdout.match(/ met \(/g)?.length], [0, 2])
    const never = await of.postern([...QUICK, '--budget', 'data=1000s'])
    assert.equal(never.code, 1)
    assert.match(never.stdout, /^budget data ≤ 1000 s {2}NOT MET \(no session comes to it\)$/m)
    assert.equal((await of.postern([...QUICK, '--base', 'postern.yaml', '--max-ratio', '0.000001'])).code, 1)
  })

  it('says so when there is nothing to hold, and what cannot go together', async (test) => {
    const { 'ours.test.yaml': _, ...others } = FILES
    const of = folder(test, { ...others, 'house.yaml': RULES.replace(/^tests:[^]*/m, '') })
    const { code, stderr } = await of.postern(QUICK)
    assert.deepEqual(
      [code, stderr],
      [4, 'postern: there is no session to hold: no suite names this site; give --session FILE or --log LOG\n'],
    )
    for (const wrong of [
      ['--budget', 'rcpt'],
      ['--max-ratio', '2'],
      ['--base', '.', '--baseline', 'bench.json'],
      ['--session', 'a', '--log', 'b'],
      ['-f', 'sarif'],
      ['-f', 'json', '-f', 'pretty'],
      ['--seconds', '-1'],
    ])
      assert.equal((await of.postern([...QUICK, ...wrong])).code, 2, wrong.join(' '))
  })
})
