/**
 * Configurations of qpsmtpd as sites have them: an Internet provider of 2010, a host of mailing lists, a small company. Each is
 * imported, checked, tested, and served as it is, to swaks.
 */
import assert from 'node:assert/strict'
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { writePrograms } from '../differential/programs.ts'
import { said } from '../server/real/site.ts'
import { dnsServer } from '../support/dns-server.ts'
import { skipWithout } from '../support/real/workplace.ts'
import { type Served, serve } from '../support/served-site.ts'
import { smtpSink, type SmtpSink } from '../support/smtp-sink.ts'
import { folder } from './folder.ts'

const REAL = join(import.meta.dirname, '../compiler/import/qpsmtpd/real')
const CERTIFICATES = join(import.meta.dirname, '../support/tls')

const ZONE = {
  'ok.example MX': ['10 mx.ok.example'],
  'junk.example MX': ['10 mx.ok.example'],
  'mx.ok.example A': ['198.51.100.1'],
  'client.example A': ['127.0.0.9'],
  '9.0.0.127.in-addr.arpa PTR': ['client.example'],
  '66.0.0.127.bl.example A': ['127.0.0.2'],
  '66.0.0.127.bl.example TXT': ['on our list'],
  '2.0.0.127.bl.example A': ['127.0.0.2'],
}

interface Place {
  readonly root: string
  readonly postern: ReturnType<typeof folder>['postern']
  readonly read: ReturnType<typeof folder>['read']
}

/** A copy below a directory of its own. */
function placed(test: TestContext, name: string, nextServer = 25): Place {
  const { path: root, postern, read } = folder(test, {})
  const etc = join(root, 'etc')
  cpSync(join(REAL, name), etc, { recursive: true })
  for (const file of readdirSync(etc)) {
    const text = readFileSync(join(etc, file), 'utf8')
    writeFileSync(join(etc, file), text.replaceAll('ROOT', root).replaceAll('PORT', String(nextServer)))
  }
  for (const one of ['bin', 'ssl', 'etc/ssl']) mkdirSync(join(root, one))
  writePrograms(join(root, 'bin'))
  for (const directory of ['ssl', 'etc/ssl'])
    for (const file of ['server.pem', 'server.key', 'ca.pem']) {
      copyFileSync(join(CERTIFICATES, file), join(root, directory, file))
      chmodSync(join(root, directory, file), 0o600)
    }
  return { root, postern, read }
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  isp: 'without: [spamassassin, virus/clamdscan]\n',
  lists: 'instead: { queue/postfix-queue: queue/discard }\n',
  office: '',
}

/** What stands on qpsmtpd's command line, and the world. */
async function served(test: TestContext, name: string, sink?: SmtpSink): Promise<Served & Place> {
  const place = placed(test, name, sink?.port)
  const dns = await dnsServer(ZONE)
  test.after(() => dns.close())
  const auth = name === 'office' ? ', auth: { mechanisms: [PLAIN], without_tls: true }' : ''
  const settings = `listen: [{ name: mx, port: 0${auth} }]\nallow_root: true\ndns: { servers: ["${dns.address}"], timeout: 2s }\nspool: ${place.root}\n`
  const inside = (file: string): string => join(place.root, 'etc', file)
  writeFileSync(inside('postern-settings.yaml'), `${LEFT_OUT[name] ?? ''}${settings}`)
  const site = { root: place.root, file: inside('plugins'), listeners: 1, path: inside, write: () => undefined }
  return { ...(await serve(test, site)), ...place }
}

/** Errors of the import, first tests, and one of them. */
const IMPORTED = [
  [
    'isp',
    ['`spamassassin` is left out', '`virus/clamdscan` is left out'],
    24,
    'trap-@isp.example (badrcptto) is refused',
  ],
  ['lists', [], 15, 'a-request-000000@lists.example.org (badrcptto) is refused'],
  ['office', [], 11, 'someone@spammer.example (badmailfrom) is refused'],
] as const

describe('a configuration of qpsmtpd becomes a site without work by hand', () => {
  for (const [name, errors, tests, example] of IMPORTED)
    it(name, async (test) => {
      const { postern, read } = placed(test, name)
      const { code, stdout, stderr } = await postern(['import', 'qpsmtpd', 'etc', '--to', 'site', '-f', 'compact'])
      const found = stdout.split('\n').filter((line) => line.includes(' error['))
      assert.equal(found.length, errors.length, found.join('\n'))
      for (const error of errors) assert.ok(stdout.includes(error), error)
      assert.equal(code, errors.length === 0 ? 0 : 1)
      assert.match(stderr, new RegExp(`has ${tests} first tests .*, ${tests} passed`))
      assert.ok(read('site/first.test.yaml').includes(example), example)
      for (const command of ['check', 'test']) assert.equal((await postern([command, 'site'])).code, 0, command)
    })
})

interface Session {
  readonly from?: string
  readonly helo?: string
  readonly sender?: string
  readonly to: string
  readonly says: RegExp
  readonly more?: readonly string[]
}

const [QUEUED, NO_RELAY] = [/<- {2}250 2\.0\.0 Queued/, /<\*\* 550 5\.7\.1 Relaying denied/]

const SERVED: Readonly<Record<string, readonly Session[]>> = {
  isp: [
    { to: 'bob@isp.example', says: QUEUED },
    { to: 'bob@c7.example', says: QUEUED },
    { to: 'bob@elsewhere.example', says: NO_RELAY },
    { from: '127.0.0.1', to: 'bob@elsewhere.example', says: QUEUED },
    { from: '127.0.0.66', to: 'bob@isp.example', says: /<\*\* 421 4\.7\.1 on our list/ },
    { helo: 'aol.com', to: 'bob@isp.example', says: /<\*\* 550 5\.7\.1 I do not believe you are aol\.com\./ },
    { sender: 'offers-7@ok.example', to: 'bob@isp.example', says: /<\*\* 550 5\.7\.1 Bulk/ },
    { sender: 'a@nowhere.example', to: 'bob@isp.example', says: /<\*\* 450 4\.1\.8 FQDN required/ },
    { to: 'bob@pop.isp.example', says: /<\*\* 550 5\.7\.1 Bob has left/ },
    { to: 'eve@pop.isp.example', says: /<\*\* 550 5\.7\.1 No such subscriber\./ },
    { to: 'closed-3@isp.example', says: /<\*\* 550 5\.7\.1 Closed for good/ },
  ],
  lists: [
    { to: 'news@lists.example.org', says: QUEUED },
    { to: 'old-list@lists.example.org', says: /<\*\* 550 5\.1\.1 The list has moved/ },
    { to: 'x-request-1234567@lists.example.org', says: /<\*\* 550 5\.1\.1 numbered requests/ },
    { sender: 'x@junk.example', to: 'news@lists.example.org', says: /<\*\* 550 5\.7\.1 \(badmailfrom\) Your envelope/ },
    { sender: 'x@junk.example', from: '127.0.0.1', to: 'news@lists.example.org', says: QUEUED },
    {
      helo: 'nodots',
      to: 'news@lists.example.org',
      says: /<\*\* 550 5\.7\.1 \(helo\) HELO name is not fully qualified/,
    },
  ],
  office: [
    { to: 'ann@office.example', says: /<- {2}250 2\.0\.0 / },
    { to: 'former@office.example', says: /<\*\* 550 5\.1\.1 mail to former@office\.example not accepted here/ },
    { to: 'bob@elsewhere.example', says: NO_RELAY },
    {
      to: 'bob@elsewhere.example',
      says: /<- {2}250 2\.0\.0 /,
      more: ['--auth', 'PLAIN', '--auth-user', 'ann@office.example', '--auth-password', 'pass word'],
    },
  ],
}

function swaks(
  port: number,
  { from = '127.0.0.9', helo = 'client.example', sender = 'a@ok.example', to, more = [] }: Session,
): Promise<string> {
  const own = ['--server', `127.0.0.1:${port}`, '--local-interface', from, '--helo', helo]
  return said('swaks', [...own, '--from', sender, '--to', to, ...more])
}

describe('a configuration of qpsmtpd is served as it is', {
  skip: skipWithout({ '/usr/bin/swaks': 'swaks' }, false),
}, () => {
  for (const [name, sessions] of Object.entries(SERVED))
    it(name, async (test) => {
      const sink = await smtpSink()
      test.after(() => sink.close())
      const { port } = await served(test, name, sink)
      // hosts_allow lets a client have five sessions.
      for (let at = 0; at < sessions.length; at += 4) {
        const some = sessions.slice(at, at + 4)
        await Promise.all(some.map(async (one) => assert.match(await swaks(port, one), one.says)))
      }
    })
})
