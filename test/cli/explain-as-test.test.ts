/** `postern explain -f test`: what was explained, as a test that holds as long as the rules decide the same. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Folder, folder } from './folder.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')

/** Some that are refused and some that are not, as far as the examples' rules know them. */
const SESSIONS = [
  { remote_ip: '192.0.2.7', sender: 'newsletter@spam.example', rcpt: ['bob@example.org', 'someone@elsewhere.example'] },
  { remote_ip: '192.0.2.7', helo: 'mx.friend.example', sender: 'ann@friend.example', rcpt: 'bob@example.org' },
  { remote_ip: '192.0.2.8', sender: '', rcpt: ['bob@example.org', 'bob@example.org', 'alice@example.org'], body: 'x' },
  {
    sender: 'offers@bulk.example',
    rcpt: 'alice@example.org',
    headers: [['Subject', 'You # win: "no"\u2028!']],
    body: '',
  },
  {
    remote_ip: '192.0.2.9',
    sender: 'a@friend.example',
    rcpt: 'bob@example.org',
    message: 'mail.eml',
    env: { A: 'on' },
  },
]

function example(context: TestContext, name: string): Folder {
  const of = folder(context, {})
  cpSync(join(EXAMPLES, name), of.path, { recursive: true })
  const site = of.read('postern.yaml').replace('../../rules/recommended.yaml', 'rules/recommended')
  writeFileSync(join(of.path, 'postern.yaml'), site)
  mkdirSync(join(of.path, 'sessions'))
  writeFileSync(join(of.path, 'sessions/all.ndjson'), SESSIONS.map((one) => JSON.stringify(one)).join('\n'))
  writeFileSync(join(of.path, 'sessions/mail.eml'), 'Subject: lottery\r\nFrom: a@friend.example\r\n\r\nx\r\n')
  return of
}

async function writeSuite(of: Folder, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await of.postern(['explain', '-f', 'test', ...args])
  assert.equal(code, 0, stderr)
  writeFileSync(join(of.path, 'written.test.yaml'), stdout)
}

describe('a test made of a session', () => {
  const sites = readdirSync(EXAMPLES).filter((name) => /^\d/.test(name))
  for (const name of sites)
    it(`holds: ${name}`, async (context) => {
      const of = example(context, name)
      await writeSuite(of, '--session', 'sessions/all.ndjson')
      const { code, stdout } = await of.postern(['test', 'written.test.yaml'])
      assert.deepEqual([code, stdout], [0, `${SESSIONS.length} passed, 0 failed\n`])
      assert.equal((await of.postern(['fmt', '--check', 'written.test.yaml'])).code, 0)
    })

  it('fails when other rules decide', async (context) => {
    const of = example(context, '01-hello')
    await writeSuite(of, '--session', 'sessions/all.ndjson')
    writeFileSync(join(of.path, 'lists/badmailfrom'), 'nobody@nowhere.example\n')
    const { code, stdout } = await of.postern(['test', 'written.test.yaml'])
    assert.equal(code, 1)
    assert.match(stdout, /- rule: listed/)
  })

  it('answers what nobody answered, and the time', async (context) => {
    const rules = `plugin: house
lists: { members: { source: "redis://localhost#set=members", of: address } }
hooks:
  rcpt:
    - { id: listed, match: { dnsbl: { zones: [bl.example] } }, on_unknown: skip, return: DENY }
    - { id: system, match: { p0f: { socket: /run/p0f } }, on_unknown: skip, return: DENY }
    - { id: member, match: { sender: { in_list: members } }, on_unknown: defer, return: DENY }
`
    const of = folder(context, {
      'postern.yaml': 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml]\n',
      'house.yaml': rules,
    })
    await writeSuite(of, '--ip', '192.0.2.7', '--from', 'a@b.example', '--rcpt', 'bob@example.org')
    const text = of.read('written.test.yaml')
    for (const part of [/dns: .*SERVFAIL/, /answers: .*p0f: unknown/, /sources: .*FAILED/, /rule: member/, /now: /])
      assert.match(text, part)
    assert.equal((await of.postern(['test', 'written.test.yaml'])).code, 0)
  })
})
