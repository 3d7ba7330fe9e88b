/** `postern replay`: the log of a real server, made again by other rules, in another directory or of another day. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { greeted, house, reply, serve, siteFolder } from '../support/served-site.ts'
import { folder } from './folder.ts'
import { commitAll } from './git.ts'

const SITE = `hostname: mx.example.org
local_domains: [example.org]
plugins: [./house.yaml, rcpt_ok]
`

let log = ''

before(async () => {
  const test = { after } as Pick<TestContext, 'after'>
  const site = siteFolder(test, { plugins: ['./house.yaml'], more: ['decisions: { file: decisions.ndjson }'] })
  site.write('house.yaml', house('old.example'))
  const server = await serve(test, site)
  const client = await greeted(server.client())
  for (const sender of ['a@old.example', 'a@new.example', 'a@friend.example']) {
    await reply(client, `MAIL FROM:<${sender}>`)
    await reply(client, 'RCPT TO:<bob@example.org>')
    await reply(client, 'RSET')
  }
  server.child.kill('SIGTERM')
  await server.exited
  log = readFileSync(site.path('decisions.ndjson'), 'utf8')
})

const files = (domain: string) => ({ 'postern.yaml': SITE, 'house.yaml': house(domain), 'log.ndjson': log })

interface Report {
  readonly decisions: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly groups: readonly { readonly change: string; readonly by: string; readonly count: number }[]
}

describe('replay', () => {
  it('finds nothing changed by the same rules', async (test) => {
    const { code, stdout } = await folder(test, files('old.example')).postern([
      'replay',
      'log.ndjson',
      '-f',
      'json',
      '--fail-on-change',
      'any=0',
    ])
    const { decisions, outcomes } = JSON.parse(stdout) as Report
    assert.equal(code, 0)
    assert.ok(decisions >= 3)
    assert.equal(outcomes['same'], decisions)
  })

  it('knows of the recipients before one', async (test) => {
    const record = (number: number, rcpt: string): string =>
      JSON.stringify({
        v: 1,
        id: `c.${number}`,
        time: '2026-11-20T12:00:00Z',
        transaction: 't',
        hook: 'rcpt',
        facts: { remote_ip: '192.0.2.1', sender: 'a@b.example', rcpt: [rcpt] },
        decision: { return: 'OK', plugin: 'rcpt_ok', rule: 'local', rcpt },
      })
    const counts = 'plugin: house\nhooks: { rcpt: [{ id: second, match: { rcpt.count: { gte: 1 } }, return: DENY }] }\n'
    const site = { 'postern.yaml': SITE, 'house.yaml': counts }
    const lines = ['ann@example.org', 'bob@example.org'].map((rcpt, number) => record(number, rcpt))
    const of = folder(test, { ...site, 'log.ndjson': `${lines.join('\n')}\n` })
    const { stdout } = await of.postern(['replay', 'log.ndjson', '-f', 'json'])
    const { groups } = JSON.parse(stdout) as Report
    assert.deepEqual(
      groups.filter(({ change }) => change.includes('reject')).map(({ change, by, count }) => [change, by, count]),
      [['accept → reject', 'house/second', 1]],
    )
  })

  it('says what other rules change, and fails at its gates', async (test) => {
    const of = folder(test, files('new.example'))
    const { code, stdout } = await of.postern([
      'replay',
      'log.ndjson',
      '--fail-on-change',
      'accept-to-reject=0',
      'reject-to-accept=100%',
    ])
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^accept → reject by house\/no {2}1\n {4}first: \S+ \S+ {2}rcpt 127\.0\.0\.1 bob@example\.org$/m,
    )
    assert.match(stdout, /^reject → accept by house\/no {2}1\n {4}first: \S+ \S+ {2}mail 127\.0\.0\.1$/m)
    assert.match(stdout, /^gate accept-to-reject ≤ 0 {2}NOT MET \(1, /m)
    assert.match(stdout, /^gate reject-to-accept ≤ 100 % {2}met \(1, /m)
  })

  it('compares with rules in another directory, and of another day', async (test) => {
    const of = folder(test, {
      ...files('new.example'),
      'before/postern.yaml': SITE,
      'before/house.yaml': house('old.example'),
    })
    const changes = async (...base: readonly string[]): Promise<Report['groups']> => {
      const { code, stdout, stderr } = await of.postern(['replay', 'log.ndjson', '-f', 'json', ...base])
      assert.equal(code, 0, stderr)
      return (JSON.parse(stdout) as Report).groups
    }
    const wanted = await changes('--base', 'before')
    assert.deepEqual(
      wanted.map(({ change }) => change).toSorted((one, other) => (one < other ? -1 : 1)),
      ['accept → reject', 'reject → accept'],
    )
    commitAll(of)
    assert.deepEqual(await changes('--base', 'HEAD'), [])
    assert.equal((await of.postern(['replay', 'log.ndjson', '--base', '--output=x'])).code, 2)
  })

  it('reads what was compressed, part of it, and nothing else', async (test) => {
    const of = folder(test, files('old.example'))
    writeFileSync(join(of.path, 'log.gz'), gzipSync(log))
    assert.equal((await of.postern(['replay', 'log.gz'])).code, 0)
    assert.equal((await of.postern(['replay', 'log.gz', '--since', '2999-01-01'])).code, 4)
    assert.equal((await of.postern(['replay', 'log.gz', '--sample', '0'])).code, 4)
    const broken = await of.postern(['replay', 'house.yaml'])
    assert.deepEqual([broken.code, broken.stderr.slice(0, 40)], [3, 'postern: house.yaml:1: this is no record'])
    assert.equal((await of.postern(['replay', 'log.ndjson', '--fail-on-change', 'accept-to-heaven=0'])).code, 2)
  })
})
