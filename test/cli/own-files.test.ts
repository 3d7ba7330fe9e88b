/** `postern explain` reads recipients' own files where they lie, unless the session says what stands there. */
import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { folder } from './folder.ts'

const SITE = {
  'postern.yaml': `hostname: mx.example.org
local_domains: [example.org]
plugins:
  - user_config: { pattern: home/%u }
  - whitelist: { per_recipient: true }
  - rcpt_ok
`,
  'home/bob/whitelisthosts': '# friends\n192.0.2.7 my brother\n',
}

async function explained(test: TestContext, session: object): Promise<string> {
  const texts = { ...SITE, 'session.json': JSON.stringify(session) }
  const { code, stdout, stderr } = await folder(test, texts).postern(['explain', '-v', '--session', 'session.json'])
  assert.equal(code, 0, stderr)
  return stdout
}

const SESSION = { remote_ip: '192.0.2.7', sender: 'ann@friend.example', rcpt: 'bob@example.org' }

it('names the file of the recipient that the entry stands in, and its line', async (test) => {
  const said = await explained(test, SESSION)
  assert.match(said, /set own_files \{"path":"[^"]*home\/%u"\}/)
  assert.match(said, /in_list: own_hosts \} → hit, saw "192\.0\.2\.7", `192\.0\.2\.7` at home\/bob\/whitelisthosts:2/)
})

it('names the one that it is not in, and where there is none', async (test) => {
  const said = await explained(test, { ...SESSION, remote_ip: '192.0.2.8' })
  assert.match(said, /in_list: own_hosts \} → miss, .*not in \S*home\/bob\/whitelisthosts$/m)
  assert.match(said, /in_list: own_senders \} → miss, .*nothing in own:\S*home\/%u\/whitelistsenders$/m)
})

it('believes the session before the file', async (test) => {
  const site = folder(test, {
    'postern.yaml': SITE['postern.yaml'].replace('home/%u', '/nowhere/%u'),
    'session.json': JSON.stringify({
      ...SESSION,
      sources: { 'own:/nowhere/%u/whitelisthosts': { 'bob@example.org': '192.0.2.7' } },
    }),
  })
  const { stdout } = await site.postern(['explain', '-v', '--session', 'session.json'])
  assert.match(
    stdout,
    /in_list: own_hosts \} → hit, .*`192\.0\.2\.7` at own:\/nowhere\/%u\/whitelisthosts of bob@example\.org:1$/m,
  )
})
