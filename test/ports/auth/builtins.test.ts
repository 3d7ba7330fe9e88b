/** The builtins of builtins/auth in a site, from the attempt to the reply: each asks its own backend, and nobody else. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { loadSite } from '../../../src/compiler/load-site.ts'
import type { Outcome } from '../../../src/core/outcome.ts'
import { compileEnvironment } from '../../../src/cli/wiring.ts'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { contextAt } from '../../support/hook-context.ts'
import { sinkWith } from '../../support/smtp-sinks.ts'
import { attemptOf } from './asking.ts'
import { fakeBackend } from './fake-backend.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()

type Entry = string | Readonly<Record<string, object>>

/** Answers what a site with these plugins says to a login. */
async function siteWith(...plugins: readonly Entry[]): Promise<(user: string, password: string) => Promise<Outcome>> {
  const path = join(directory, 'postern.yaml')
  writeFileSync(path, JSON.stringify({ hostname: 'mx.example.org', plugins }))
  const environment = compileEnvironment()
  const { site } = await loadSite(path, environment)
  assert.ok(
    site,
    environment.report
      .sorted()
      .map(({ message }) => message)
      .join('; '),
  )
  const dispatch = createDispatcher(site.program, { deadline: 30_000, trace: true })
  return async (user, password) => dispatch(contextAt('auth', { attempt: attemptOf({ user, password }) }))
}

async function codesOf(...plugins: readonly Entry[]): Promise<readonly string[]> {
  const logIn = await siteWith(...plugins)
  const outcomes = [await logIn('ann@example.org', 'pencil'), await logIn('ann@example.org', 'pen')]
  return outcomes.map(({ verdict }) => verdict.code)
}

const file = (name: string): string => join(directory, name)

describe('a user who is right, and one who is not', () => {
  test('auth_flat_file', async () => {
    writeFileSync(file('flat_auth_pw'), 'ann@example.org:pencil\n')
    const entry = { 'auth/auth_flat_file': { flat_auth_pw: 'flat_auth_pw' } }
    assert.deepEqual(await codesOf(entry), ['OK', 'DECLINED'])
  })
  test('auth_checkpassword', async () => {
    const script = `#!/bin/sh\n[ "$(tr '\\0' / <&3)" = ann@example.org/pencil/Y123456/ ] && exec "$@"\nexit 1\n`
    writeFileSync(file('checkpw'), script, { mode: 0o755 })
    assert.deepEqual(await codesOf({ 'auth/auth_checkpassword': { checkpw: 'checkpw' } }), ['OK', 'DECLINED'])
  })
  test('auth_vpopmail_sql', async () => {
    const database = new DatabaseSync(file('vpopmail.db'))
    database.exec('CREATE TABLE vpopmail (pw_name TEXT, pw_domain TEXT, pw_clear_passwd TEXT)')
    database.exec("INSERT INTO vpopmail VALUES ('ann', 'example.org', 'pencil')")
    database.close()
    const entry = { 'auth/auth_vpopmail_sql': { database: 'sqlite:vpopmail.db' } }
    assert.deepEqual(await codesOf(entry), ['OK', 'DECLINED'])
  })
  test('auth_imap', async () => {
    const server = await fakeBackend([
      ['', '* OK\r\n'],
      ['{3}\r\n', '+\r\n'],
      ['{6}\r\n', '+\r\n'],
      ['pencil\r\n', 'b OK\r\n'],
    ])
    const entry = { 'auth/auth_imap': { host: '127.0.0.1', port: server.port, tls: 'none', send: 'local_part' } }
    const logIn = await siteWith(entry)
    assert.equal((await logIn('ann@example.org', 'pencil')).verdict.code, 'OK')
  })
  test('auth_smtpd', async () => {
    const sink = await sinkWith({ EHLO: '250-x\r\n250 AUTH PLAIN', AUTH: ['235 Ok', '535 no'] })
    const entry = { 'auth/auth_smtpd': { host: '127.0.0.1', port: sink.port, tls: 'none' } }
    assert.deepEqual(await codesOf(entry), ['OK', 'DECLINED'])
  })
  test('auth_pam', async () => {
    const request = '\0\x03ann\0\x06pencil\0\x0asubmission\0\x0bexample.org'
    await fakeBackend([[request, '\0\x02OK']], file('mux'))
    const logIn = await siteWith({ 'auth/auth_pam': { socket: 'mux', service: 'submission' } })
    assert.equal((await logIn('ann@example.org', 'pencil')).verdict.code, 'OK')
  })
  test('auth_dovecot', async () => {
    await fakeBackend(
      [
        ['', 'VERSION\t1\t2\nDONE\n'],
        [`${Buffer.from('\0ann@example.org\0pencil').toString('base64')}\n`, 'OK\t1\n'],
      ],
      file('auth-client'),
    )
    const logIn = await siteWith({ 'auth/auth_dovecot': { socket: 'auth-client' } })
    assert.equal((await logIn('ann@example.org', 'pencil')).verdict.code, 'OK')
  })
})

describe('a backend that is down', () => {
  const entries: readonly Entry[] = [
    { 'auth/auth_flat_file': { flat_auth_pw: 'nowhere' } },
    { 'auth/auth_checkpassword': { checkpw: '/nowhere/checkpw' } },
    { 'auth/auth_vpopmail_sql': { database: 'sqlite:/nowhere/db' } },
    { 'auth/auth_vpopmail_sql': { database: 'postgres://ann@127.0.0.1:1/mail' } },
    { 'auth/auth_ldap_bind': { ldap_base: 'dc=example,dc=org', ldap_port: 1 } },
    { 'auth/auth_imap': { port: 1 } },
    { 'auth/auth_smtpd': { port: 1 } },
    { 'auth/auth_pam': { socket: '/nowhere/mux' } },
    { 'auth/auth_dovecot': { socket: '/nowhere/auth-client' } },
  ]
  for (const entry of entries)
    test(`${JSON.stringify(entry)}: the client is asked to come back, whoever stands behind`, async () => {
      const logIn = await siteWith(entry, 'auth/authdeny')
      const { verdict } = await logIn('ann@example.org', 'pencil')
      assert.deepEqual([verdict.code, verdict.message], ['DENYSOFT', 'Temporary failure, please try again later'])
    })
})

test('several plugins: the first that knows the user decides, and authdeny has the last word', async () => {
  writeFileSync(file('one'), 'ann@example.org:pencil\n')
  writeFileSync(file('two'), 'bob@example.org:crayon\n')
  const logIn = await siteWith(
    { 'auth/auth_flat_file': { flat_auth_pw: 'one' } },
    { 'auth/auth_flat_file:1': { flat_auth_pw: 'two' } },
    'auth/authdeny',
  )
  assert.equal((await logIn('ann@example.org', 'pencil')).by?.plugin, 'auth/auth_flat_file')
  assert.equal((await logIn('bob@example.org', 'crayon')).by?.plugin, 'auth/auth_flat_file:1')
  const { verdict, by } = await logIn('eve@example.org', 'x')
  assert.equal(by?.plugin, 'auth/authdeny')
  assert.deepEqual([verdict.code, verdict.message], ['DENY', 'eve@example.org is not free to abuse my relay'])
})

test('files that words name lie where the site does, whatever the working directory', async () => {
  writeFileSync(file('machines'), 'ann@example.org:pencil\n')
  const rule = { id: 'machine', match: { auth_file: { file: 'machines' } }, return: 'OK' }
  writeFileSync(file('house.yaml'), JSON.stringify({ plugin: 'house', hooks: { auth: [rule] } }))
  assert.deepEqual(await codesOf('./house.yaml'), ['OK', 'DECLINED'])
})

test('a line that cannot be used is a mistake of the site', async () => {
  writeFileSync(file('bad'), 'ann@example.org:$6$salt$hash\n')
  await assert.rejects(
    siteWith({ 'auth/auth_flat_file': { flat_auth_pw: 'bad' } }),
    /`auth_file`: .*bad:1: \$6\$ cannot be checked here/,
  )
})
