/** Recipients' own files through a real server: whose file has the client, what changes while it runs, and hostile recipients. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { greeted, reply, serve, type Served, type SiteFolder, siteFolder } from '../support/served-site.ts'

interface Homes extends SiteFolder {
  readonly own: (user: string, text: string) => string
}

/** Recipients are all refused, but for those who have the client on their list. */
function homes(test: TestContext): Homes {
  const site = siteFolder(test, {
    plugins: [
      'user_config: { pattern: "home/%u/.qpsmtpd" }',
      'whitelist: { per_recipient: true }',
      'badrcptto: { badrcptto: ["@example.org"] }',
    ],
  })
  const own = (user: string, text: string): string => {
    const path = join(site.root, 'home', user, '.qpsmtpd/whitelisthosts')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o644)
    return path
  }
  own('nobody', '')
  return { ...site, own }
}

async function codes(served: Served, recipients: readonly string[]): Promise<readonly string[]> {
  const client = await greeted(served.client())
  await reply(client, 'MAIL FROM:<ann@friend.example>')
  const heard: string[] = []
  for (const recipient of recipients) heard.push((await reply(client, `RCPT TO:<${recipient}>`)).slice(0, 3))
  client.socket.destroy()
  return heard
}

describe("a recipient's own file", () => {
  it('is theirs alone, and counts when it is there', async (test) => {
    const site = homes(test)
    site.own('ann', '# this machine\n127.0.0.1 myself\n')
    const served = await serve(test, site)
    const all = ['ann@example.org', 'bob@example.org', 'ann+x@example.org', 'nobody@example.org']
    assert.deepEqual(await codes(served, all), ['250', '550', '250', '550'])
    site.own('eve', '127.0.0.1\n')
    assert.deepEqual(await codes(served, ['eve@example.org']), ['250'])
  })

  it('row 64: is not found by a name that is a path', async (test) => {
    const site = homes(test)
    site.own('ann', '127.0.0.1\n')
    const served = await serve(test, site)
    const names = ['../ann', 'x/../ann', './ann', '%u', 'ann/.', '..', '%2e%2e/ann', 'ann\\"'].map(
      (name) => `"${name}"@example.org`,
    )
    for (const name of names) assert.deepEqual(await codes(served, [name]), ['550'], name)
    assert.deepEqual(await codes(served, ['ANN@Example.ORG']), ['250'])
  })

  it('row 65: that is a link to another’s is loud, spares nobody, and says nothing of what stands there', async (test) => {
    const site = homes(test)
    const target = site.own('ann', '127.0.0.1 SECRET\n')
    const link = site.own('eve', '')
    rmSync(link)
    symlinkSync(target, link)
    const served = await serve(test, site)
    assert.deepEqual(await codes(served, ['eve@example.org', 'ann@example.org']), ['550', '250'])
    const log = await served.says(/a recipient's own file does not count/)
    assert.match(log, /"at":"[^"]*home\/eve\/\.qpsmtpd\/whitelisthosts","because":"it is a symbolic link"/)
    assert.ok(!log.includes('SECRET'))
  })
})
