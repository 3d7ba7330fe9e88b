/**
 * Recipients as a running server has them: aliases that reach two mailboxes, a cdb file and a directory of users,
 * qmail's daemon, a moved user.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { greeted, reply, serve, siteFolder, type SiteText } from '../../support/served-site.ts'
import { LDAP_BASE, makeCdb, noCdb, noSlapd, startSlapd } from '../../support/real/servers.ts'

const MAIL = 'From: ann@example.net\r\nSubject: hi\r\n\r\nHello\r\n.\r\n'

async function conversation(test: TestContext, text: SiteText, prepare: (root: string) => void = () => undefined) {
  const site = siteFolder(test, text)
  prepare(site.root)
  const client = await greeted((await serve(test, site)).client())
  await reply(client, 'MAIL FROM:<ann@example.net>')
  const rcpt = async (address: string): Promise<string> => (await reply(client, `RCPT TO:<${address}>`)).trim()
  const send = async (): Promise<string> => {
    await reply(client, 'DATA')
    client.say(MAIL)
    return (await client.hear('\r\n')).trim()
  }
  return { site, rcpt, send }
}

function mailsIn(root: string, user: string): readonly string[] {
  const directory = join(root, 'mail', user, 'new')
  return readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
}

test('an alias reaches everybody it stands for, once', async (t) => {
  const aliases = 'aliases: { aliases: ["sales: bob, eve@example.org", "all: sales, eve", "bob: bob"] }'
  const plugins = [aliases, 'rcpt_accept', 'queue/maildir: { path: mail, subdirectory: "%l" }']
  const { site, rcpt, send } = await conversation(t, { plugins })
  assert.equal(await rcpt('nobody@example.org'), '550 5.1.1 mail to nobody@example.org not accepted here')
  assert.equal(await rcpt('All@example.org'), '250 2.1.5 <All@example.org>, recipient ok')
  assert.match(await send(), /^250 2\.0\.0 /)
  assert.deepEqual(readdirSync(site.path('mail')).toSorted(), ['bob', 'eve'])
  assert.equal(mailsIn(site.root, 'bob').length, 1)
  assert.match(mailsIn(site.root, 'eve')[0] ?? '', /^Delivered-To: eve@example\.org$/m)
})

test('a cdb file says who exists', { skip: noCdb }, async (t) => {
  const plugins = [
    'validrcptto_cdb: { validrcptto: "cdb:users.cdb" }',
    'redirect: { redirect: [carl carl@example.com] }',
  ]
  const users = new Map([
    ['bob@example.org', '1'],
    ['carl@example.org', '1'],
  ])
  const { rcpt } = await conversation(t, { plugins }, (root) => makeCdb(join(root, 'users.cdb'), users))
  assert.match(await rcpt('Bob@example.org'), /^250 /)
  assert.match(await rcpt('eve@example.org'), /^550 5\.1\.1 /)
  assert.equal(await rcpt('carl@example.org'), '551 5.1.6 User not local; please try <carl@example.com>')
})

test('a directory says who exists, and whom an alias stands for', { skip: noSlapd }, async (t) => {
  const people = new Map([
    ['bob@example.org', 'bob@example.org'],
    ['sales@example.org', 'bob@example.org, eve@example.net'],
  ])
  const port = await startSlapd(people)
  const url = `ldap://127.0.0.1:${port}/${LDAP_BASE}#filter=(o={key})&tls=none`
  const reader = '&bind_dn=cn=reader,dc=example,dc=org&password=file:reader'
  const plugins = [
    `rcpt_ldap: { ldap_rcpt_filter: "${url}${reader}" }`,
    `aliases: { aliases: "${url}&attribute=description${reader}" }`,
    'rcpt_accept',
    'queue/maildir: { path: mail, subdirectory: "%u" }',
  ]
  const { site, rcpt, send } = await conversation(t, { plugins }, (root) =>
    writeFileSync(join(root, 'reader'), 'readerpw\n', { mode: 0o600 }),
  )
  assert.match(await rcpt('eve@example.org'), /^550 5\.1\.1 /)
  assert.match(await rcpt('Sales@example.org'), /^250 /)
  assert.match(await send(), /^250 2\.0\.0 /)
  assert.deepEqual(readdirSync(site.path('mail')).toSorted(), ['bob@example.org', 'eve@example.net'])
})

test("qmail's daemon says whom qmail could deliver to", async (t) => {
  const asked: string[] = []
  const daemon = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end(request.url?.endsWith('bob%40example.org') ? '241' : '0')
  })
  daemon.listen(0, '127.0.0.1')
  await once(daemon, 'listening')
  t.after(() => daemon.close())
  const address = daemon.address()
  assert.ok(typeof address === 'object' && address)
  const server = `http://127.0.0.1:${address.port}/qd1/deliverable?{key}`
  const { rcpt } = await conversation(t, { plugins: [`qmail_deliverable: { server: "${server}" }`] })
  assert.match(await rcpt('bob@example.org'), /^250 /)
  assert.equal(await rcpt('eve@example.org'), '550 5.1.1 Sorry, no mailbox by that name. qd')
  assert.deepEqual(asked[0], '/qd1/deliverable?bob%40example.org')
})
