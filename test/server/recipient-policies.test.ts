/** Policies of recipients through a real server: what files say, what hooks say about it, and what changes while it runs. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { skipWithout } from '../support/real/workplace.ts'
import { smtpClient } from '../support/smtp-client.ts'
import { greeted, reply, serve, type Served, type SiteFolder, siteFolder } from '../support/served-site.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { said } from './real/site.ts'

const HOUSE = `plugin: house
settings: { lowest: { type: number }, motto: { type: text } }
hooks:
  config:
    - { id: name, match: { listener: inside }, set: { config.hostname: inside.example.org, config.greeting: Hello, config.message_size: 70000 } }
  user_config:
    - { id: motto, match: { rcpt.user: bob }, set: { policy.motto: "by hand, \${sender}" } }
  rcpt:
    - { id: said, match: { policy.motto: { exists: true } }, return: DENY, message: "\${policy.motto}" }
`

interface Folder extends SiteFolder {
  readonly policy: (name: string, text: string) => string
}

function folder(test: TestContext, refresh = '0s'): Folder {
  const site = siteFolder(test, {
    listen: '{ name: mx, port: 0 }, { name: inside, port: 0 }',
    more: [`recipients: { directory: policies, default: standard, refresh: ${refresh} }`],
    plugins: ['./house.yaml'],
  })
  site.write('house.yaml', HOUSE)
  const policy = (name: string, text: string): string => {
    const path = join(site.root, 'policies', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o644)
    return path
  }
  policy('standard.yaml', 'summary: nothing\n')
  return { ...site, policy }
}

const EXAMPLE = join(import.meta.dirname, '../../examples/06-recipient-policies')
const ACCEPTED = '250 2.1.5 <WHO>, recipient ok'

async function answerTo(served: Served, recipient: string): Promise<string> {
  const client = await greeted(served.client())
  await reply(client, 'MAIL FROM:<ann@friend.example>')
  const answer = await reply(client, `RCPT TO:<${recipient}>`)
  client.socket.destroy()
  return answer.trimEnd()
}

describe('the hook config', () => {
  it('gives a session another name, greeting and size; others keep theirs', async (test) => {
    const served = await serve(test, folder(test))
    const heard = async (listener: string): Promise<string> => {
      const client = smtpClient(served.ports.get(listener) ?? 0)
      const greeting = await client.hearReply()
      client.say('EHLO c.example\r\n')
      const hello = await client.hearReply()
      client.say('MAIL FROM:<> SIZE=70001\r\n')
      const mail = await client.hearReply()
      client.say('QUIT\r\n')
      return greeting + hello + mail + (await client.rest())
    }
    const inside = await heard('inside')
    assert.match(inside, /^220 inside\.example\.org Hello\r\n250-inside\.example\.org Hi /)
    assert.match(inside, /^250-SIZE 70000\r$/m)
    assert.match(inside, /^552 5\.3\.4 /m)
    assert.match(inside, /^221 2\.0\.0 inside\.example\.org /m)
    const outside = await heard('mx')
    assert.match(outside, /^220 mx\.example\.org ESMTP Postern ready\r\n250-mx\.example\.org Hi /)
    assert.match(outside, /^250-SIZE 26214400\r$/m)
    assert.match(outside, /^250 2\.1\.0 /m)
  })
})

describe('the hook user_config', () => {
  it('says what the policy of this recipient is, whatever its file says', async (test) => {
    const site = folder(test)
    site.policy('example.org/bob.yaml', 'settings: { motto: from the file }\n')
    site.policy('example.org/eve.yaml', 'settings: { motto: from the file }\n')
    const served = await serve(test, site)
    assert.equal(await answerTo(served, 'bob@example.org'), '550 5.7.1 by hand, ann@friend.example')
    assert.equal(await answerTo(served, 'eve@example.org'), '550 5.7.1 from the file')
    assert.equal(await answerTo(served, 'carl@example.org'), ACCEPTED.replace('WHO', 'carl@example.org'))
  })
})

describe('a policy file', () => {
  it('that changes is seen without a restart', async (test) => {
    const site = folder(test)
    const served = await serve(test, site)
    assert.match(await answerTo(served, 'ann@example.org'), /^250 /)
    site.policy('example.org/ann.yaml', 'settings: { motto: one }\n')
    assert.equal(await answerTo(served, 'ann@example.org'), '550 5.7.1 one')
    site.policy('example.org/ann.yaml', 'settings: { motto: two }\n')
    assert.equal(await answerTo(served, 'ann@example.org'), '550 5.7.1 two')
    rmSync(join(site.root, 'policies/example.org/ann.yaml'))
    assert.match(await answerTo(served, 'ann@example.org'), /^250 /)
  })

  it('that is broken is loud, says nothing of what stands there, and leaves the default', async (test) => {
    const site = folder(test)
    site.policy('standard.yaml', 'settings: { motto: the default }\n')
    site.policy('example.org/ann.yaml', 'root:x:0:0:SECRET:/root\n')
    const served = await serve(test, site)
    assert.equal(await answerTo(served, 'ann@example.org'), '550 5.7.1 the default')
    const log = await served.says(/a policy does not load: its recipients have the default/)
    assert.match(log, /"policy":"ann@example\.org","at":"[^"]*ann\.yaml","because":"CFG\d+ at [^"]*ann\.yaml:1:1"/)
    assert.ok(!log.includes('SECRET'))
  })

  it('row 64: of a recipient with another name for a path is not found outside', async (test) => {
    const site = folder(test)
    site.write('outside.yaml', 'settings: { motto: outside }\n')
    site.policy('example.org/ann.yaml', 'settings: { motto: inside }\n')
    const served = await serve(test, site)
    for (const name of ['../../outside', '/etc/passwd', '..', 'x/../ann', '%2e%2e/ann', 'con', 'ann.yaml'])
      assert.match(await answerTo(served, `"${name}"@example.org`), /^250 /)
    assert.equal(await answerTo(served, 'ANN@Example.ORG'), '550 5.7.1 inside')
  })

  it('row 65: that is a link is refused, and nobody waits for a pipe', async (test) => {
    const site = folder(test)
    const target = site.policy('example.org/real.yaml', 'settings: { motto: followed }\n')
    symlinkSync(target, join(site.root, 'policies/example.org/link.yaml'))
    execFileSync('mkfifo', [join(site.root, 'policies/example.org/pipe.yaml')])
    const served = await serve(test, site)
    for (const name of ['link', 'pipe']) assert.match(await answerTo(served, `${name}@example.org`), /^250 /)
    assert.match(await served.says(/pipe\.yaml/), /it is a symbolic link[^]*it is no regular file/)
  })
})

const skip = skipWithout({ '/usr/bin/swaks': 'swaks' }, false)

describe('examples/06-recipient-policies', { skip }, () => {
  /** As it is, but for the port, the names that DNS has, and mail that can be looked at. */
  async function serveExample(test: TestContext): Promise<{ served: Served; mail: () => readonly string[] }> {
    const root = temporaryDirectory(test)
    cpSync(EXAMPLE, root, { recursive: true })
    const [file, maildir] = [join(root, 'postern.yaml'), join(root, 'mail/new')]
    const text = readFileSync(file, 'utf8')
      .replace('port: 2525', 'port: 0')
      .replace('queue/discard', 'queue/maildir: { path: mail }')
      .replace(/ {2}- use: dnsbl[^]*?skippable: true\n/, '')
    writeFileSync(file, `${text}allow_root: true\n`)
    writeFileSync(join(root, 'policies/example.org/bob.yaml'), 'settings: { lowest_score: -20, newsletters: true }\n')
    const served = await serve(test, {
      root,
      file,
      listeners: 1,
      path: (name) => join(root, name),
      write: () => undefined,
    })
    return { served, mail: () => (existsSync(maildir) ? readdirSync(maildir) : []) }
  }

  const swaks = (served: Served, ...args: readonly string[]): Promise<string> =>
    said('swaks', ['--server', `127.0.0.1:${served.port}`, '--helo', 'client.example', ...args])
  const TO = ['--to', 'alice@example.org,bob@example.org']

  it('two recipients of one message each get what their file says', async (test) => {
    const { served, mail } = await serveExample(test)
    const blocked = await swaks(served, '--from', 'offers@shop.bulk.example', ...TO)
    assert.match(blocked, /RCPT TO:<alice@example\.org>\n<\*\* 550 5\.7\.1 The recipient does not accept mail from you/)
    assert.match(blocked, /RCPT TO:<bob@example\.org>\n<- {2}250 2\.1\.5/)
    assert.match(blocked, /250 2\.0\.0 Queued/)
    assert.equal(mail().length, 1)
  })

  it('a newsletter is sent to each on its own: one refuses it, one has it', async (test) => {
    const { served, mail } = await serveExample(test)
    const news = ['--from', 'ann@friend.example', '--header', 'List-Id: <news.friend.example>']
    const both = await swaks(served, ...news, ...TO)
    assert.match(both, /RCPT TO:<bob@example\.org>\n<\*\* 452 4\.5\.3 Other rules hold for this recipient/)
    assert.match(both, /554 5\.7\.1 Newsletters are not wanted here/)
    assert.equal(mail().length, 0)
    const again = await swaks(served, ...news, '--to', 'bob@example.org')
    assert.match(again, /250 2\.0\.0 Queued/)
    assert.equal(mail().length, 1)
  })
})
