/** Policies on the command line: check, explain and test over the example. */
import assert from 'node:assert/strict'
import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { runPostern } from '../support/run-postern.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const EXAMPLE = 'examples/06-recipient-policies'
const SITE = `${EXAMPLE}/postern.yaml`

function copy(test: TestContext): string {
  const root = temporaryDirectory(test)
  cpSync(join(import.meta.dirname, '../..', EXAMPLE), root, { recursive: true })
  return root
}

interface Found {
  readonly code: string
  readonly file: string
  readonly message: string
}

function findings(...paths: readonly string[]): readonly string[] {
  const { stdout } = runPostern(['check', '-f', 'json', ...paths])
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Found[] }
  return diagnostics.map(({ code, file, message }) => `${file.replace(/^.*policies\//, '')} ${code} ${message}`)
}

describe('postern check', () => {
  it('checks every policy of a site, and reads none that it should not', (test) => {
    const root = copy(test)
    writeFileSync(join(root, 'policies/example.org/eve.yaml'), 'settings: { newsletter: true }\n')
    symlinkSync('/etc/hostname', join(root, 'policies/example.org/link.yaml'))
    assert.deepEqual(findings(join(root, 'postern.yaml')), [
      'example.org/eve.yaml CFG101 unknown key `newsletter` in `settings`',
      'example.org/link.yaml POL004 this policy is not read: it is a symbolic link',
    ])
  })

  it('checks one policy by what its site declares', (test) => {
    const root = copy(test)
    const file = join(root, 'policies/example.org/alice.yaml')
    writeFileSync(file, 'settings: { lowest_score: 5 }\n')
    assert.deepEqual(findings(file), ['example.org/alice.yaml CFG105 `lowest_score` must be at most 0, got 5'])
  })

  it('checks one without a site by its shape', (test) => {
    const root = temporaryDirectory(test)
    writeFileSync(join(root, 'ann.yaml'), 'settings: { anything: 5 }\nallow: friend@example.net\n')
    assert.deepEqual(
      findings(join(root, 'ann.yaml')).map((one) => one.replace(/^\S+\//, '')),
      ['ann.yaml CFG102 `allow` must be a list, got a string'],
    )
  })
})

describe('postern explain', () => {
  const session = [
    '--ip',
    '192.0.2.7',
    '--helo',
    'c.example',
    '--from',
    'a@b.example',
    '--rcpt',
    'Alice+x@example.org',
    'bob@example.org',
  ]
  const dns = ['--dns', '7.2.0.192.bl.example A=NXDOMAIN']

  it('says which file holds for a recipient, and why', () => {
    const { stdout } = runPostern(['explain', '-s', SITE, ...session, ...dns])
    assert.match(
      stdout,
      /policy {2}alice@example\.org: the address without its detail has a policy {2}\S*example\.org\/alice\.yaml/,
    )
    assert.match(stdout, /rcpt bob@example\.org {2}452 4\.5\.3 Other rules hold for this recipient/)
  })

  it('says so as JSON', () => {
    const { stdout } = runPostern(['explain', '-s', SITE, ...session, ...dns, '-f', 'json'])
    const { decisions, accepted } = JSON.parse(stdout) as {
      readonly decisions: readonly {
        readonly rcpt?: string
        readonly policy?: { readonly key: string; readonly at: string }
      }[]
      readonly accepted: readonly string[]
    }
    const bob = decisions.find(({ rcpt }) => rcpt === 'bob@example.org')
    assert.equal(bob?.policy?.key, 'bob@example.org')
    assert.match(bob?.policy?.at ?? '', /policies\/example\.org\/bob\.yaml$/)
    assert.deepEqual(accepted, ['Alice+x@example.org'])
  })
})

it('postern explain --id asks with the policy that the recipient had then', (test) => {
  const root = copy(test)
  const record = (id: string, policies?: object): string =>
    JSON.stringify({
      v: 1,
      id,
      time: '2026-11-20T12:00:00Z',
      transaction: id,
      hook: 'rcpt',
      facts: { remote_ip: '192.0.2.1', sender: 'a@b.example', rcpt: ['alice@example.org'], policies },
      decision: { return: 'DENY' },
    })
  const then = { 'alice@example.org': { settings: {}, block: ['b.example'] } }
  writeFileSync(join(root, 'log.ndjson'), `${record('now')}\n${record('then', then)}\n`)
  const explain = (id: string): string =>
    runPostern(['explain', '-s', join(root, 'postern.yaml'), '--log', join(root, 'log.ndjson'), '--id', id]).stdout
  assert.match(
    explain('then'),
    /rcpt alice@example\.org {2}550 .*\n {2}policy {2}alice@example\.org: the address has a policy {2}the session itself\n {2}rule {4}recipient_policy\/blocked/,
  )
  assert.doesNotMatch(explain('now'), /rcpt alice@example\.org {2}550/)
  assert.match(explain('now'), /policy {2}alice@example\.org: the address has a policy {2}\S+\/alice\.yaml/)
})

it('postern test says what is wrong with a policy that a test brings', (test) => {
  const root = copy(test)
  const suite = `suite: x\nsite: ./postern.yaml\ntests:\n  - name: one\n    given: { sender: a@b.example, rcpt: x@example.org, policies: { x@example.org: { settings: { lowest: 1 } } } }\n    expect: { accepted: x@example.org }\n`
  writeFileSync(join(root, 'policies.test.yaml'), suite)
  const { code, stdout } = runPostern(['test', root])
  assert.equal(code, 1)
  assert.match(stdout, /the policy of `x@example\.org` does not load: CFG101 at /)
})
