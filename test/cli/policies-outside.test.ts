/** Policies in a source outside, on the command line: check asks nobody, doctor does, explain says who won, serve waits. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { examine } from '../../src/cli/doctor/examine.ts'
import { listenOnLoopback } from '../ports/sources/loopback.ts'
import { TRIPWIRE } from '../support/no-network.ts'
import { runPostern } from '../support/run-postern.ts'
import { greeted, reply, serve, siteFolder } from '../support/served-site.ts'

const CLI = join(import.meta.dirname, '../../src/cli/postern.js')
const PLUGIN = `plugin: wishes
settings: { language: { values: [de, en] } }
hooks:
  rcpt:
    - { id: german, match: { policy.language: de }, return: DENYSOFT, message: "Spricht \${policy.language}" }
`
const SQLITE = 'sqlite:policies.db#table=policies&key=who&value=policy'
const POLICIES = {
  'ann@example.org': 'settings: { language: de }\n',
  'eve@example.org': 'settings: { language: fr }\n',
  standard: 'settings: { language: en }\n',
}

function fill(path: string, policies: Readonly<Record<string, string>> = POLICIES): void {
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE policies (who TEXT PRIMARY KEY, policy TEXT)')
  const insert = database.prepare('INSERT INTO policies VALUES (?, ?)')
  for (const [who, policy] of Object.entries(policies)) insert.run(who, policy)
  database.close()
}

function site(test: TestContext, source: string): { readonly file: string; readonly path: (name: string) => string } {
  const root = mkdtempSync(join(tmpdir(), 'postern-policies-'))
  test.after(() => rmSync(root, { recursive: true }))
  const path = (name: string): string => join(root, name)
  writeFileSync(path('wishes.yaml'), PLUGIN)
  writeFileSync(
    path('postern.yaml'),
    `hostname: mx.example.org\nallow_root: true\ndns: { servers: ["127.0.0.1:1"], timeout: 1s }\nlocal_domains: [example.org]\nrecipients: { source: "${source}", default: standard }\nplugins: [./wishes.yaml, rcpt_ok, queue/maildir: { path: ${path('mail')} }]\n`,
  )
  return { file: path('postern.yaml'), path }
}

async function askedServer(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(decodeURIComponent(url))
    response.writeHead(url.endsWith('/standard') ? 200 : 404).end(POLICIES.standard)
  })
  return { url: `http://127.0.0.1:${await listenOnLoopback(server)}/{key}`, asked }
}

describe('postern check', () => {
  it('asks no source for policies, and makes no database', async (test) => {
    const web = await askedServer()
    await promisify(execFile)(process.execPath, [...TRIPWIRE, CLI, 'check', site(test, web.url).file])
    assert.deepEqual(web.asked, [])
    const { file, path } = site(test, SQLITE)
    assert.equal(runPostern(['check', file]).code, 0)
    assert.equal(existsSync(path('policies.db')), false)
  })
})

describe('postern doctor', () => {
  it('asks it for the default', async (test) => {
    const web = await askedServer()
    const findings = await examine(site(test, web.url).file)
    const { status, message } = findings.find(({ about }) => about === `policies ${web.url}`) ?? {}
    assert.deepEqual(
      [status, message, web.asked],
      ['ok', 'answers, and the default policy standard loads', ['/standard']],
    )
  })

  for (const [what, policies, said] of [
    ['is not there', undefined, /^does not answer: /],
    ['has no default', {}, /^has no default policy standard$/],
    [
      'has one that does not load',
      { standard: 'relay: true\n' },
      /^the default policy does not load: CFG101 at standard:1:1$/,
    ],
  ] as const)
    it(`says that a source ${what}`, async (test) => {
      const { file, path } = site(test, SQLITE)
      if (policies) fill(path('policies.db'), policies)
      const finding = (await examine(file)).find(({ about }) => about.startsWith('policies sqlite:'))
      assert.equal(finding?.status, 'error')
      assert.match(finding.message, said)
    })
})

describe('postern explain', () => {
  const explain = (test: TestContext, answers: object | string): string => {
    const { file, path } = site(test, 'redis://store.example#prefix=policy:')
    const session = {
      helo: 'c.example',
      sender: 'a@b.example',
      rcpt: 'Ann+x@example.org',
      sources: { 'redis://store.example#prefix=policy:': answers },
    }
    writeFileSync(path('session.json'), JSON.stringify(session))
    return runPostern(['explain', '-s', file, '--session', path('session.json')]).stdout
  }

  it('says which key of which source won, and why', (test) => {
    const said = explain(test, POLICIES)
    assert.match(
      said,
      /policy {2}ann@example\.org: the address without its detail has a policy {2}redis:\/\/store\.example#prefix=policy:\n/,
    )
    assert.match(said, /rcpt Ann\+x@example\.org {2}450 4\.7\.1 Spricht de/)
  })

  it('says that nobody can say which', (test) => {
    const said = explain(test, 'FAILED')
    assert.match(said, /rcpt Ann\+x@example\.org {2}451 4\.4\.3 The policy of this recipient cannot be looked up now/)
    assert.match(said, /policy {2}nobody can say now whether there is a policy ann\+x@example\.org {2}redis:\/\/store/)
  })
})

describe('a server', () => {
  it('has recipients wait while the source is away, and goes on when it is back', async (test) => {
    const folder = siteFolder(test, {
      plugins: ['./wishes.yaml'],
      more: [`recipients: { source: "${SQLITE}", default: standard, refresh: 1s }`],
    })
    folder.write('wishes.yaml', PLUGIN)
    fill(folder.path('away.db'))
    const server = await serve(test, folder)
    const client = await greeted(server.client())
    assert.match(await reply(client, 'MAIL FROM:<a@b.example>'), /^250 /)
    const rcpt = (who: string): Promise<string> => reply(client, `RCPT TO:<${who}@example.org>`)
    assert.match(await rcpt('ann'), /^451 4\.4\.3 /)
    await server.says(/"on_unknown":"defer".*a policy is unknown: its source does not answer/)
    await server.says(/a recipient has to wait for its policy/)
    renameSync(folder.path('away.db'), folder.path('policies.db'))
    assert.match(await rcpt('bob'), /^250 /)
    assert.match(await rcpt('eve'), /^250 /)
    await server.says(/"policy":"eve@example\.org".*"because":"CFG104 at .*a policy does not load/)
  })
})
