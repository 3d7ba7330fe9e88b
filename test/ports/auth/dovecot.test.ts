/** A real Dovecot: auth_dovecot at its socket, auth_imap at its ports, and a real saslauthd that asks its IMAP server. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { authDovecot } from '../../../src/ports/auth/dovecot.ts'
import { authImap } from '../../../src/ports/auth/imap.ts'
import { authSaslauthd } from '../../../src/ports/auth/saslauthd.ts'
import { contextAt } from '../../support/hook-context.ts'
import { attemptOf, type Backend, backend } from './asking.ts'
import { findProgram, needs, type Program, startProgram } from '../../support/real/programs.ts'
import { freePort } from '../../support/free-port.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
const dovecot = findProgram('dovecot')
const imapd = findProgram('imap', ['/usr/lib/dovecot', '/usr/libexec/dovecot'])
const saslauthd = findProgram('saslauthd')
const noDovecot = needs(dovecot, 'dovecot', true)
const noImap = noDovecot || needs(imapd, 'imap of Dovecot (Debian package dovecot-imapd)')
const noSaslauthd = noImap || needs(saslauthd, 'saslauthd (Debian package sasl2-bin)')

const tlsFile = (name: string): string => new URL(`../../support/tls/${name}`, import.meta.url).pathname

function configuration(imap: number, imaps: number): string {
  return `
base_dir = ${directory}/run
state_dir = ${directory}/state
log_path = ${directory}/log
protocols = ${noImap === false ? 'imap' : ''}
listen = 127.0.0.1
ssl = yes
ssl_cert = <${tlsFile('server.pem')}
ssl_key = <${tlsFile('server.key')}
disable_plaintext_auth = no
mail_location = maildir:${directory}/mail/%u
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
first_valid_uid = 65534
service imap-login {
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = ${imaps}
  }
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${directory}/users
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=${directory}/home/%u
}
`
}

/** Names and passwords that a protocol could stumble over. */
const USERS = new Map([
  ['ann@example.org', 'pencil'],
  ['bob', 'a "quoted\\" {6} pässword'],
])

const programs: Program[] = []
let ports = { imap: 0, imaps: 0 }
before(async () => {
  if (noDovecot !== false || dovecot === undefined) return
  ports = { imap: await freePort(), imaps: await freePort() }
  chmodSync(directory, 0o755)
  for (const name of ['run', 'state', 'home', 'mail', 'sasl']) mkdirSync(join(directory, name))
  for (const name of ['home', 'mail']) chmodSync(join(directory, name), 0o777)
  writeFileSync(join(directory, 'dovecot.conf'), configuration(ports.imap, ports.imaps))
  const lines = [...USERS].map(([user, password]) => `${user}:{PLAIN}${password}\n`)
  writeFileSync(join(directory, 'users'), lines.join(''))
  const place = noImap === false ? { port: ports.imap } : { path: join(directory, 'run/auth-client') }
  programs.push(await startProgram(dovecot, ['-F', '-c', join(directory, 'dovecot.conf')], place))
  if (noSaslauthd !== false || saslauthd === undefined) return
  const flags = ['-d', '-a', 'rimap', '-O', `127.0.0.1/${ports.imap}`, '-m', join(directory, 'sasl'), '-n', '1', '-r']
  programs.push(await startProgram(saslauthd, flags, { path: join(directory, 'sasl/mux') }))
})
after(async () => {
  for (const program of programs.toReversed()) await program.stop()
})

async function knowsItsUsers({ logIn }: Backend, users = [...USERS.keys()]): Promise<void> {
  for (const user of users) {
    const password = USERS.get(user) ?? ''
    assert.deepEqual(await logIn(user, password), { truth: 'hit' })
    assert.equal((await logIn(user, `${password}.`)).truth, 'miss')
    assert.equal((await logIn(`${user}.`, password)).truth, 'miss')
  }
}

describe('auth_dovecot', () => {
  const socket = join(directory, 'run/auth-client')
  test('knows its users', { skip: noDovecot }, () => knowsItsUsers(backend(authDovecot, { socket })))
  test('answers several at once', { skip: noDovecot }, async () => {
    const { logIn } = backend(authDovecot, { socket })
    const answers = await Promise.all(Array.from({ length: 30 }, () => logIn('ann@example.org', 'pencil')))
    assert.ok(answers.every(({ truth }) => truth === 'hit'))
  })
  test('takes a password that came under TLS', { skip: noDovecot }, async () => {
    const { connection } = contextAt('auth')
    connection.tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' }
    const match = await backend(authDovecot, { socket }).ask(attemptOf({ password: 'pencil' }), { connection })
    assert.deepEqual(match, { truth: 'hit' })
  })
})

describe('auth_imap', () => {
  const host = 'localhost'
  const ca = tlsFile('ca.pem')
  test('in clear', { skip: noImap }, () => knowsItsUsers(backend(authImap, { host, port: ports.imap, tls: 'none' })))
  test('with STARTTLS', { skip: noImap }, () =>
    knowsItsUsers(backend(authImap, { host, port: ports.imap, ca_file: ca })),
  )
  test('with TLS at once', { skip: noImap }, () =>
    knowsItsUsers(backend(authImap, { host, port: ports.imaps, tls: 'implicit', ca_file: ca })),
  )
  test('a certificate that nobody we know has signed is none', { skip: noImap }, async () => {
    const { logIn } = backend(authImap, { host, port: ports.imap })
    assert.match((await logIn('ann@example.org', 'pencil')).because ?? '', /TLS failed/)
  })
})

describe('auth_saslauthd', () => {
  // saslauthd itself cannot say the other password to an IMAP server.
  test('knows the users of the server it asks', { skip: noSaslauthd }, () =>
    knowsItsUsers(backend(authSaslauthd, { socket: join(directory, 'sasl/mux') }), ['ann@example.org']),
  )
})
