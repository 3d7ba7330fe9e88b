/** `postern import qpsmtpd`, and qpsmtpd's configuration in place of a site file. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { runPostern } from '../support/run-postern.ts'
import { folder } from './folder.ts'
import { greeted, reply, type Served, serve, type SiteFolder } from '../support/served-site.ts'

const SETTINGS =
  'listen: [{ name: mx, port: 0 }]\nallow_root: true\ndns: { servers: ["127.0.0.1:1"], timeout: 1s }\nlog: { level: info }\n'
const QPSMTPD = {
  'etc/plugins': 'badmailfrom\nrcpt_ok\n',
  'etc/badmailfrom': '@old.example\n',
  'etc/rcpthosts': '$include more\n',
  'etc/more': 'example.org\n',
  'etc/me': 'mx.example.org\n',
  'etc/postern-settings.yaml': SETTINGS,
}

/** The configuration, as a site that can be served. */
function asSite(path: string): SiteFolder {
  const inside = (name: string): string => join(path, 'etc', name)
  const write = (name: string, text: string): void => writeFileSync(inside(name), text)
  return { root: path, file: inside('plugins'), listeners: 1, path: inside, write }
}

describe('postern import', () => {
  it('writes a site that is sound, and says what became of every line', async (test) => {
    const { postern, read } = folder(test, QPSMTPD)
    const { code, stdout, stderr } = await postern(['import', 'qpsmtpd', 'etc', '--to', 'site'])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /info\[IMP005\].*rcpthosts/)
    assert.match(stderr, /wrote site\/postern\.yaml and \d+ more files?/)
    assert.match(read('site/postern.yaml'), /^local_domains: lists\/rcpthosts$/m)
    assert.match(read('site/lists/rcpthosts'), /\nexample\.org\n$/)
    assert.equal((await postern(['check', 'site'])).code, 0)
  })

  it('counts the rules that it makes', async (test) => {
    const { postern } = folder(test, QPSMTPD)
    const rulesIn = async (...args: readonly string[]): Promise<number> => {
      const { summary } = JSON.parse((await postern([...args, '-f', 'json'])).stdout) as { summary: { rules: number } }
      return summary.rules
    }
    const made = await rulesIn('import', 'qpsmtpd', 'etc', '--to', 'site')
    assert.ok(made > 0)
    assert.equal(made, await rulesIn('check', 'site/postern.yaml'))
  })

  it('decides as the configuration does where it lies', async (test) => {
    const { postern } = folder(test, QPSMTPD)
    await postern(['import', 'qpsmtpd', 'etc', '--to', 'site'])
    const session = ['--ip', '192.0.2.7', '--from', 'a@old.example', '--rcpt', 'x@example.org', '-f', 'json']
    const inPlace = await postern(['explain', '--qpsmtpd', 'etc', ...session])
    const written = await postern(['explain', '--site', 'site/postern.yaml', ...session])
    assert.match(inPlace.stdout, /"rule": "listed"/)
    assert.equal(inPlace.stdout, written.stdout)
  })

  it('writes nothing without --to, and over nothing without --force', async (test) => {
    const { postern, path } = folder(test, { ...QPSMTPD, 'site/postern.yaml': 'mine\n' })
    assert.match((await postern(['import', 'qpsmtpd', 'etc'])).stderr, /nothing is written/)
    const refused = await postern(['import', 'qpsmtpd', 'etc', '--to', 'site'])
    assert.equal(refused.code, 3)
    assert.equal(readFileSync(join(path, 'site/postern.yaml'), 'utf8'), 'mine\n')
    assert.equal((await postern(['import', 'qpsmtpd', 'etc', '--to', 'site', '--force'])).code, 0)
  })

  it('reports in every format, and exits with 1 when something keeps mail out no more', async (test) => {
    const { postern } = folder(test, { ...QPSMTPD, 'etc/plugins': 'house\nrcpt_ok\n' })
    const { code, stdout } = await postern(['import', 'qpsmtpd', 'etc', '-f', 'json'])
    assert.equal(code, 1)
    const report = JSON.parse(stdout) as { command: string; diagnostics: { file: string; code: string }[] }
    assert.equal(report.command, 'import')
    assert.ok(report.diagnostics.some((one) => one.file === 'etc/plugins' && one.code === 'IMP001'))
    assert.match((await postern(['import', 'qpsmtpd', 'etc', '-f', 'sarif'])).stdout, /"ruleId":\s*"IMP001"/)
  })

  it('says when there is nothing to read', async (test) => {
    const { postern } = folder(test, { 'a/x': '' })
    const { code, stderr } = await postern(['import', 'qpsmtpd', 'a'])
    assert.equal(code, 3)
    assert.match(stderr, /a has no configuration of qpsmtpd/)
  })
})

describe('--qpsmtpd', () => {
  it('checks what is there, at its place', async (test) => {
    const { postern } = folder(test, { ...QPSMTPD, 'etc/badmailfrom': '^(?=a)@b\n' })
    const { code, stdout } = await postern(['check', '--qpsmtpd', 'etc', '-f', 'compact'])
    assert.equal(code, 1)
    assert.match(stdout, /^etc\/badmailfrom:1:1: error\[IMP003\] left out: .*look-ahead/m)
  })

  it('runs suites against it', async (test) => {
    const suite =
      'suite: s\nsite: ../postern.yaml\ntests:\n  - { name: no, given: { sender: a@old.example }, expect: { hook: mail, return: DENY } }\n'
    const { postern } = folder(test, { ...QPSMTPD, 'tests/s.yaml': suite })
    const { code, stdout } = await postern(['test', '--qpsmtpd', 'etc', 'tests'])
    assert.equal(code, 0, stdout)
  })

  it('does not serve what would let mail in', (test) => {
    const { path } = folder(test, { ...QPSMTPD, 'etc/plugins': 'house\nrcpt_ok\n' })
    const { code, stderr } = runPostern(['serve', '--qpsmtpd', join(path, 'etc')])
    assert.equal(code, 3)
    assert.match(stderr, /error\[IMP001\]: `house` is left out/)
  })

  for (const workers of [1, 2])
    it(`serves it with ${workers === 1 ? 'one process' : 'several'}, and reads it again`, async (test) => {
      const settings = `${SETTINGS}workers: ${workers}\n`
      const site = asSite(folder(test, { ...QPSMTPD, 'etc/postern-settings.yaml': settings }).path)
      const server = await serve(test, site)
      const before = await greeted(server.client())
      assert.match(await reply(before, 'MAIL FROM:<a@old.example>'), /^550 /)
      site.write('badmailfrom', '@new.example\n')
      server.child.kill('SIGHUP')
      await server.says(/the site was loaded again/)
      const after = await greeted(server.client())
      assert.match(await reply(after, 'MAIL FROM:<a@new.example>'), /^550 /)
      assert.match(await reply(after, 'MAIL FROM:<a@old.example>'), /^250 /)
      assert.match(await reply(after, 'RCPT TO:<x@example.org>'), /^250 /)
      assert.match(await reply(after, 'RCPT TO:<x@elsewhere.example>'), /^550 /)
    })
})

const DEBIAN = '/etc/qpsmtpd'

describe("the configuration of Debian's package", {
  skip: existsSync(DEBIAN) ? false : 'qpsmtpd is not installed',
}, () => {
  it('is carried over without a warning', async (test) => {
    const { postern } = folder(test, { x: '' })
    const { code, stdout } = await postern(['import', 'qpsmtpd', DEBIAN, '--to', 'site', '-f', 'json'])
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { severity: string; message: string }[] }
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity !== 'info'),
      [],
    )
    assert.equal(code, 0)
    assert.equal((await postern(['check', 'site'])).code, 0)
  })

  it('serves mail with what debconf writes, to a maildir', {
    skip: existsSync('/usr/bin/swaks') ? false : 'swaks is not installed',
  }, async (test) => {
    const server = await serveDebian(test)
    const swaks = (to: string): string =>
      execFileSync(
        'swaks',
        ['--server', `127.0.0.1:${server.port}`, '--from', 'a@b.example', '--to', to, '--body', 'Hello there'],
        {
          encoding: 'utf8',
        },
      )
    assert.match(swaks('ann@example.org'), /<- {2}250 .*queued/i)
    const [file = ''] = readdirSync(join(server.root, 'Maildir/new'))
    assert.match(readFileSync(join(server.root, 'Maildir/new', file), 'utf8'), /Hello there/)
  })
})

/** In a copy, as an admin would move it: files that include others name them by their whole path. */
async function serveDebian(test: TestContext): Promise<Served & { readonly root: string }> {
  const { path } = folder(test, {})
  const inside = (name: string): string => join(path, 'etc', name)
  cpSync(DEBIAN, join(path, 'etc'), { recursive: true })
  for (const name of ['plugins', 'rcpthosts'])
    writeFileSync(
      inside(name),
      readFileSync(inside(name), 'utf8').replaceAll(`$include ${DEBIAN}`, `$include ${path}/etc`),
    )
  writeFileSync(inside('debian-queue-method'), `queue/maildir ${path}/Maildir\n`)
  writeFileSync(inside('debian-rcpthosts'), 'example.org\n')
  writeFileSync(inside('postern-settings.yaml'), `${SETTINGS}spool: ${path}\n`)
  const served = await serve(test, asSite(path))
  return { ...served, root: path }
}
