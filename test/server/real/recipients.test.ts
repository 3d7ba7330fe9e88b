/** Recipients as a running server has them: aliases that reach two mailboxes. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { greeted, reply, serve, siteFolder, type SiteText } from '../../support/served-site.ts'

const MAIL = 'From: ann@example.net\r\nSubject: hi\r\n\r\nHello\r\n.\r\n'

async function conversation(test: TestContext, text: SiteText) {
  const site = siteFolder(test, text)
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
