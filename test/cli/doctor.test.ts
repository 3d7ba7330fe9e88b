/** The doctor finds what would keep a site from serving here, and says what to do. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { examine } from '../../src/cli/doctor/examine.ts'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { dnsServer, type Zone } from '../support/dns-server.ts'
import { mmdb } from '../support/mmdb.ts'

const LIVE: Zone = { '2.0.0.127.bl.example A': ['127.0.0.2'], 'test.rhs.example A': ['127.0.1.2'] }

interface Patient {
  readonly path: string
  readonly file: (name: string) => string
}

async function patient(test: TestContext, lines: readonly string[] = [], zone = LIVE, port = 0): Promise<Patient> {
  const root = mkdtempSync(join(tmpdir(), 'postern-doctor-'))
  const dns = await dnsServer({ ...zone, 'mx.example.org A': ['192.0.2.1'] })
  test.after(async () => {
    await dns.close()
    rmSync(root, { recursive: true })
  })
  const path = join(root, 'postern.yaml')
  writeFileSync(join(root, 'rcpthosts'), 'example.org\n')
  const plugins = ['dnsbl: { zones: [bl.example] }', 'rhsbl: { zones: [rhs.example] }', 'rcpt_ok']
  writeFileSync(
    path,
    [
      'hostname: mx.example.org',
      `listen: [{ name: mx, port: ${port} }]`,
      'allow_root: true',
      'local_domains: rcpthosts',
      `dns: { servers: ["${dns.address}"], timeout: 1s }`,
      ...lines,
      'plugins:',
      ...plugins.map((plugin) => `  - ${plugin}`),
      `  - queue/maildir: { path: ${join(root, 'mail')} }`,
      '',
    ].join('\n'),
  )
  return { path, file: (name) => join(root, name) }
}

const find = (findings: readonly Finding[], about: string): Finding =>
  findings.find((finding) => finding.about === about) ?? assert.fail(`nothing about ${about}`)

async function stranger(test: TestContext, words: string): Promise<number> {
  const server: Server = createServer((socket) => socket.end(words)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(() => server.close())
  return (server.address() as AddressInfo).port
}

describe('the doctor', () => {
  it('finds nothing to complain about where all is well', async (test) => {
    const findings = await examine((await patient(test)).path)
    assert.deepEqual(
      findings.filter(({ status, about }) => status === 'error' || (status === 'warning' && about !== 'user')),
      [],
    )
    assert.equal(find(findings, 'zone bl.example').message, 'lists 2.0.0.127, does not list 1.0.0.127')
    assert.equal(find(findings, 'zone rhs.example').message, 'lists test, does not list invalid')
  })

  it('knows a port that is served by Postern from one that is taken', async (test) => {
    const ours = await stranger(test, '220 mx.example.org ESMTP Postern ready\r\n')
    const theirs = await stranger(test, '220 other ESMTP\x1b[31m Exim\r\n')
    const mute = await stranger(test, '')
    const about = async (port: number): Promise<Finding> =>
      find(await examine((await patient(test, [], LIVE, port)).path), 'listener mx')
    assert.equal((await about(ours)).status, 'ok')
    assert.match((await about(theirs)).message, /is taken by somebody who says `220 other ESMTP␛\[31m Exim`$/)
    assert.match((await about(mute)).message, /is taken by somebody who says nothing$/)
  })

  it('sees that an address is not ours', async (test) => {
    const { path } = await patient(test, ['health: { listen: "192.0.2.1:9125" }'])
    const findings = await examine(path)
    const { status } = find(findings, process.getuid?.() === 0 ? 'user' : 'health page')
    assert.equal(status, 'error')
  })

  it('reports errors of rules by number, and who shows them', async (test) => {
    const { path, file } = await patient(test)
    writeFileSync(file('rcpthosts'), 'not..a..domain\n')
    const { status, help } = find(await examine(path), 'rules')
    assert.equal(status, 'error')
    assert.match(help ?? '', /^`postern check .*` shows them$/)
  })

  it('sees files that everybody can change, and keys that everybody can read', async (test) => {
    const { path, file } = await patient(test, ['decisions: { file: log/d.ndjson, mask: [sender], key: key }'])
    writeFileSync(file('key'), 'sixteen octets and more')
    chmodSync(file('key'), 0o644)
    chmodSync(file('rcpthosts'), 0o666)
    const findings = await examine(path)
    assert.deepEqual(find(findings, 'files of the site').help, `chmod o-w ${file('rcpthosts')}`)
    assert.equal(find(findings, 'key of the decision log').status, 'error')
    assert.match(find(findings, 'decision log').message, /log is not there yet and can be made$/)
  })

  it('sees a directory that everybody can change: whoever can puts one file in the place of another', async (test) => {
    const { path, file } = await patient(test)
    chmodSync(dirname(path), 0o777)
    const { status, help } = find(await examine(path), 'files of the site')
    assert.deepEqual([status, help], ['error', `chmod o-w ${file('')}`])
  })

  it('sees a maildir that is none', async (test) => {
    const { path, file } = await patient(test)
    writeFileSync(file('mail'), '')
    assert.match(find(await examine(path), 'maildir').message, /is no directory$/)
    rmSync(file('mail'))
    mkdirSync(file('mail'))
    assert.equal(find(await examine(path), 'maildir').status, 'ok')
  })
})

describe('a DNS list', () => {
  const cases: readonly (readonly [string, Zone, Finding['status'], RegExp])[] = [
    ['that is dead', {}, 'error', /does not list 2\.0\.0\.127: it is dead/],
    ['that times out', { '2.0.0.127.bl.example A': 'TIMEOUT' }, 'error', /does not answer/],
    ['that is refused to us', { '2.0.0.127.bl.example A': ['127.255.255.254'] }, 'error', /answers 127\.255\.255\.254/],
    [
      'that lists everybody',
      { '2.0.0.127.bl.example A': ['127.0.0.2'], '1.0.0.127.bl.example A': ['127.0.0.2'] },
      'error',
      /lists 1\.0\.0\.127, which no list may/,
    ],
    [
      'behind a resolver that invents answers',
      { '2.0.0.127.bl.example A': ['198.51.100.7'] },
      'error',
      /198\.51\.100\.7/,
    ],
  ]
  for (const [what, zone, status, message] of cases)
    it(what, async (test) => {
      const finding = find(await examine((await patient(test, [], zone)).path), 'zone bl.example')
      assert.equal(finding.status, status)
      assert.match(finding.message, message)
    })

  it('of domains without the test entry is a warning', async (test) => {
    const zone = { '2.0.0.127.bl.example A': ['127.0.0.2'] }
    assert.equal(find(await examine((await patient(test, [], zone)).path), 'zone rhs.example').status, 'warning')
  })
})

describe('the command', () => {
  const CLI = join(import.meta.dirname, '../../src/cli/postern.js')
  const doctor = (...args: readonly string[]) =>
    spawnSync(process.execPath, [CLI, 'doctor', ...args], { encoding: 'utf8', timeout: 60_000 })

  it('answers as JSON, and with 1 when something would not work', async (test) => {
    const { path } = await patient(test)
    writeFileSync(
      path,
      'hostname: mx.example.org\nlisten: [{ port: 0 }]\nallow_root: true\ndns: { servers: ["127.0.0.1:1"] }\nplugins: []\n',
    )
    const { status, stdout } = doctor(path, '-f', 'json')
    const { summary, findings } = JSON.parse(stdout) as { summary: Record<string, number>; findings: Finding[] }
    assert.equal(status, 1)
    assert.equal(summary['error'], 1)
    assert.match(find(findings, 'DNS server 127.0.0.1:1').message, /does not answer/)
  })

  it('could not run without a site file', () => {
    const { status, stderr } = doctor('/nowhere/postern.yaml')
    assert.equal(status, 3)
    assert.match(stderr, /^postern: there is no site file \/nowhere\/postern\.yaml; .*`postern init`$/m)
  })
  it('asks lists outside, and looks at the store', async (test) => {
    const { path, file } = await patient(test, ['store: sqlite:state/store.db'])
    const sources = ['cdb:nowhere.cdb', 'sqlite:some.db#table=listed&key=address']
    const lists = sources.map((source, index) => `  l${index}: { of: address, source: "${source}" }\n`).join('')
    const rule = '{ id: a, match: { sender: { in_list: l0 } }, return: DENY }'
    writeFileSync(file('house.yaml'), `plugin: house\nlists:\n${lists}hooks: { mail: [${rule}] }\n`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('plugins:\n', 'plugins:\n  - ./house.yaml\n'))
    const database = new DatabaseSync(file('some.db'))
    database.exec('CREATE TABLE listed (address TEXT)')
    database.close()
    const findings = await examine(path)
    const missing = find(findings, 'list cdb:nowhere.cdb')
    assert.equal(missing.status, 'error')
    assert.match(missing.message, /does not answer: .*no such file/)
    assert.equal(find(findings, 'list sqlite:some.db#table=listed&key=address').status, 'ok')
    assert.match(find(findings, 'store sqlite:state/store.db').message, /not there yet and can be made/)
    assert.ok(!existsSync(file('state')))
  })

  it('names the password of the environment that is not there', async (test) => {
    const { path, file } = await patient(test)
    const url = 'redis://127.0.0.1:1/0#prefix=x&password=env:POSTERN_TEST_UNSET'
    const rule = '{ id: a, match: { sender: { in_list: l } }, return: DENY }'
    const lists = `lists:\n  l: { of: address, source: "${url}" }\n`
    writeFileSync(file('house.yaml'), `plugin: house\n${lists}hooks: { mail: [${rule}] }\n`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('plugins:\n', 'plugins:\n  - ./house.yaml\n'))
    const findings = await examine(path)
    const { status, message } = findings.find(({ about }) => about.startsWith('list redis:')) ?? assert.fail()
    assert.equal(status, 'error')
    assert.match(message, /the environment has no POSTERN_TEST_UNSET; set it where the server is started/)
  })
})

describe('what words need of the machine', () => {
  const needing = async (test: TestContext, match: (file: Patient['file']) => string): Promise<Patient> => {
    const { path, file } = await patient(test)
    const rule = `{ id: a, match: ${match(file)}, return: DENY }`
    writeFileSync(file('house.yaml'), `plugin: house\nhooks: { data_post: [${rule}] }\n`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('plugins:\n', 'plugins:\n  - ./house.yaml\n'))
    return { path, file }
  }

  it('are databases that can be read', async (test) => {
    const { path, file } = await needing(
      test,
      (name) => `{ geoip: { databases: [${name('a.mmdb')}, ${name('b.mmdb')}] } }`,
    )
    writeFileSync(file('a.mmdb'), mmdb(6, { '192.0.2.0/24': { country: { iso_code: 'CH' } } }))
    writeFileSync(file('b.mmdb'), 'not a database')
    const findings = await examine(path)
    assert.deepEqual(find(findings, `databases of geoip ${file('a.mmdb')}`).status, 'ok')
    assert.match(find(findings, `databases of geoip ${file('b.mmdb')}`).message, /b\.mmdb/)
    rmSync(file('a.mmdb'))
    const gone = find(await examine(path), `databases of geoip ${file('a.mmdb')}`)
    assert.deepEqual([gone.status, gone.message], ['error', 'there is no such file'])
  })

  it('are sockets on which somebody answers', async (test) => {
    const { path, file } = await needing(test, (name) => `{ p0f: { socket: ${name('p0f.sock')} } }`)
    const about = `socket of p0f ${file('p0f.sock')}`
    assert.deepEqual(find(await examine(path), about).message, 'there is no such file')
    writeFileSync(file('p0f.sock'), '')
    assert.match(find(await examine(path), about).message, /nobody listens/)
    rmSync(file('p0f.sock'))
    const server = createServer().listen(file('p0f.sock'))
    await once(server, 'listening')
    test.after(() => server.close())
    assert.equal(find(await examine(path), about).status, 'ok')
  })

  it('are programs that we may start, of words and of deliveries', async (test) => {
    const { path, file } = await needing(test, (name) => `{ exec: { program: ${name('scan')} } }`)
    const about = `program of exec ${file('scan')}`
    assert.equal(find(await examine(path), about).message, 'there is no such file')
    writeFileSync(file('scan'), '#!/bin/sh\n')
    chmodSync(file('scan'), 0o644)
    const { message, help } = find(await examine(path), about)
    assert.deepEqual([message, help], ['it cannot be started by us', `chmod +x ${file('scan')}`])
    chmodSync(file('scan'), 0o755)
    assert.equal(find(await examine(path), about).status, 'ok')
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/queue\/maildir:.*/, 'queue/postfix-queue: { program: /nowhere/sendmail }'),
    )
    assert.equal(find(await examine(path), 'program of postfix_queue /nowhere/sendmail').status, 'error')
  })
})
