/** The daemon as its admin meets it: how it starts, as whom, and what does not stop it. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { greeted, healthPage, house, reply, serve, siteFolder, siteText, start } from '../../support/served-site.ts'

const isRoot = process.getuid?.() === 0
const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).error === undefined
const python = hasProgram('python3')
const notify = python && hasProgram('systemd-notify')

const WITH_PASSWORD = 'redis://127.0.0.1:1/0#prefix=x&password=env:POSTERN_TEST_UNSET'

describe('a start', () => {
  const refusals: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    ['a site with errors', (text) => text.replace('hostname', 'hostnam'), /CFG101.*cannot be served/s],
    ['a site without listeners', (text) => text.replace(/listen: .*/, 'listen: []'), /has no listener/],
    [
      'a user who is not there',
      (text) => text.replace('allow_root: true', 'user: nobody-of-that-name'),
      /there is no user nobody-of/,
    ],
    [
      'a key that is none',
      (text) => text.replace('plugins:', 'decisions: { file: d, key: discard.txt }\nplugins:'),
      /too short for a key|cannot be opened/,
    ],
    [
      'a password that the environment has not',
      (text) => text.replace('plugins:', `plugins:\n  - hosts_allow: { hosts_allow: "${WITH_PASSWORD}" }`),
      /LST606.*the environment has no POSTERN_TEST_UNSET; set it where the server is started/s,
    ],
    [
      'a password of the store that the environment has not',
      (text) => text.replace('plugins:', `store: "${WITH_PASSWORD}"\nplugins:`),
      /`store`: the environment has no POSTERN_TEST_UNSET; set it where the server is started/,
    ],
  ]
  for (const [what, change, because] of refusals)
    it(`is refused to ${what}`, async (test) => {
      const site = siteFolder(test)
      site.write('postern.yaml', change(siteText()))
      const { exited, said } = start(test, site)
      assert.equal(await exited, 3)
      assert.match(said(), because)
    })

  it('is refused to root, unless the site says so', { skip: !isRoot && 'we are not root' }, async (test) => {
    const site = siteFolder(test)
    site.write('postern.yaml', siteText().replace('allow_root: true\n', ''))
    const { exited, said } = start(test, site)
    assert.equal(await exited, 3)
    assert.match(said(), /^postern: Root does not serve; .*`allow_root: true`\n$/)
  })

  it('as root becomes somebody else before it reads a rule', { skip: !isRoot && 'we are not root' }, async (test) => {
    const site = siteFolder(test, { plugins: ['./who.mjs'], more: ['decisions: { file: log/decisions.ndjson }'] })
    chmodSync(site.root, 0o755)
    spawnSync('install', ['-d', '-o', '65534', '-g', '65534', site.path('log')])
    site.write(
      'who.mjs',
      `const loadedBy = process.getuid()
export default { name: 'who', hooks: { noop: () => ({ code: 'OK', message: 'loaded by ' + loadedBy + ', run by ' + [process.getuid(), process.getgid(), process.getgroups()].join() }) } }`,
    )
    site.write(
      'postern.yaml',
      readFileSync(site.file, 'utf8').replace('allow_root: true', 'user: "65534"\ngroup: "65534"'),
    )
    const server = await serve(test, site)
    assert.match(await reply(await greeted(server.client()), 'NOOP'), /loaded by 65534, run by 65534,65534,65534\r\n/)
    assert.equal(statSync(site.path('log/decisions.ndjson')).uid, 65534)
  })
})

describe('systemd', () => {
  it('hears when we are ready, reload and end', {
    skip: !notify && 'python3 or systemd-notify is missing',
  }, async (test) => {
    const site = siteFolder(test)
    const script = join(import.meta.dirname, '../../support/notify-socket.py')
    const python = spawn('python3', [script, site.path('notify')], { stdio: ['pipe', 'pipe', 'inherit'] })
    test.after(() => python.stdin.end())
    const lines = createInterface(python.stdout)[Symbol.asyncIterator]()
    /** The first assignment of the next message; a barrier is none. */
    const next = async (): Promise<string> => {
      const line = (await lines.next()).value ?? assert.fail('nothing more is said')
      const [first = ''] = line === 'ready' ? [line] : (JSON.parse(line) as string[])
      return first.startsWith('BARRIER') ? next() : first
    }
    assert.equal(await next(), 'ready')
    const server = await serve(test, site, { environment: { NOTIFY_SOCKET: site.path('notify') } })
    assert.equal(await next(), 'READY=1')
    server.child.kill('SIGHUP')
    assert.deepEqual([await next(), await next()], ['RELOADING=1', 'READY=1'])
    server.child.kill('SIGTERM')
    assert.equal(await next(), 'STOPPING=1')
    assert.equal(await server.exited, 0)
  })

  it('may hand over the sockets', { skip: !python && 'this machine has no python3' }, async (test) => {
    const site = siteFolder(test, { listen: '{ name: mx, port: 25 }, { name: other, port: 0 }' })
    const script = [
      'import os, socket, sys',
      's = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(5)',
      'os.dup2(s.fileno(), 3)',
      'os.set_inheritable(3, True)',
      'os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="mx")',
      'os.execv(sys.argv[1], sys.argv[1:])',
    ].join('\n')
    const server = await serve(test, site, { through: ['python3', '-c', script] })
    assert.deepEqual([...server.ports.keys()], ['mx', 'other'])
    assert.notEqual(server.ports.get('mx'), 25)
    await greeted(server.client())
  })
})

describe('an error that nobody caught', () => {
  it('is logged and counted, and the session next door goes on', async (test) => {
    const site = siteFolder(test, { more: ['health: { listen: "127.0.0.1:0" }'], plugins: ['./wild.mjs'] })
    site.write(
      'wild.mjs',
      `export default { name: 'wild', hooks: { noop: () => { setImmediate(() => { throw new Error('wild') }) }, vrfy: () => { Promise.reject(new Error('loose')) } } }`,
    )
    const server = await serve(test, site)
    const [wild, calm] = [await greeted(server.client()), await greeted(server.client())]
    await reply(wild, 'NOOP')
    await reply(wild, 'VRFY x')
    await server.says(/Error: wild(?=[^]*Error: loose)/)
    assert.match(await reply(calm, 'MAIL FROM:<a@b.example>'), /^250 /)
    const metrics = await healthPage(server, '/metrics')
    assert.match(metrics, /^postern_unhandled_errors_total\{origin="uncaughtException"\} 1$/m)
    assert.match(metrics, /^postern_unhandled_errors_total\{origin="unhandledRejection"\} 1$/m)
  })

  it('is none when the reader of the log goes away', async (test) => {
    const site = siteFolder(test)
    const server = await serve(test, site)
    server.child.stderr?.destroy()
    for (let count = 0; count < 3; count += 1) {
      const client = await greeted(server.client())
      assert.match(await reply(client, 'RCPT TO:<a@b.example>'), /^503 /)
      client.say('QUIT\r\n')
      await client.rest()
    }
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, 0)
  })
})

describe('the decision log', () => {
  it('has a record that explain can ask again', async (test) => {
    const site = siteFolder(test, { plugins: ['./house.yaml'], more: ['decisions: { file: decisions.ndjson }'] })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    await reply(await greeted(server.client()), 'MAIL FROM:<a@old.example>')
    server.child.kill('SIGTERM')
    await server.exited
    const [record] = readFileSync(site.path('decisions.ndjson'), 'utf8').trimEnd().split('\n')
    const { facts, decision } = JSON.parse(record ?? '{}') as { facts: object; decision: { rule: string } }
    assert.equal(decision.rule, 'no')
    site.write('facts.json', JSON.stringify(facts))
    const explain = [
      'src/cli/postern.js',
      'explain',
      '--site',
      site.file,
      '--session',
      site.path('facts.json'),
      '-f',
      'json',
    ]
    const { stdout } = spawnSync(process.execPath, explain, {
      encoding: 'utf8',
      cwd: new URL('../../..', import.meta.url),
    })
    const { decisions } = JSON.parse(stdout) as { decisions: readonly { hook: string; rule?: string }[] }
    assert.equal(decisions.find(({ hook }) => hook === 'mail')?.rule, 'no')
  })
})
