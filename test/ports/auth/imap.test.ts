/** auth_imap against servers made of answers: right, wrong, busy, rude, and hostile. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authImap } from '../../../src/ports/auth/imap.ts'
import { type Backend, backend, type Options } from './asking.ts'
import { CLOSE, type FakeBackend, fakeBackend, HANG, type Script } from './fake-backend.ts'

const GREETING = ['', '* OK [CAPABILITY IMAP4rev1] ready\r\n'] as const
const USER = ['{15}\r\n', '+ go on\r\n'] as const
const PASSWORD = ['{6}\r\n', '+ go on\r\n'] as const

interface Asked {
  readonly server: FakeBackend
  readonly imap: Backend
}

async function imapWith(script: Script, options: Options = {}): Promise<Asked> {
  const server = await fakeBackend(script)
  return { server, imap: backend(authImap, { host: '127.0.0.1', port: server.port, tls: 'none', ...options }) }
}

function answering(answer: string): Script {
  return [GREETING, USER, PASSWORD, ['pencil\r\n', answer]]
}

describe('auth_imap', () => {
  const verdicts: readonly (readonly [answer: string, truth: string])[] = [
    ['b OK Logged in', 'hit'],
    ['b ok [CAPABILITY IMAP4rev1] Logged in', 'hit'],
    ['* CAPABILITY IMAP4rev1\r\n* 3 EXISTS\r\nb OK done', 'hit'],
    ['b NO Login failed', 'miss'],
    ['b NO [AUTHENTICATIONFAILED] Login failed', 'miss'],
    ['b NO [EXPIRED] Change your password', 'miss'],
    ['b NO [UNAVAILABLE] Try later', 'unknown'],
    ['b NO [LIMIT] Too many', 'unknown'],
    ['b NO [PRIVACYREQUIRED] Not in clear', 'unknown'],
    ['b BAD What?', 'unknown'],
    ['* BYE Too many connections', 'unknown'],
    ['b PERHAPS', 'unknown'],
    ['b ', 'unknown'],
    ['+ more?', 'unknown'],
  ]
  for (const [answer, truth] of verdicts)
    test(`${JSON.stringify(answer)}: ${truth}`, async () => {
      const { imap } = await imapWith(answering(`${answer}\r\n`))
      assert.equal((await imap.logIn('ann@example.org', 'pencil')).truth, truth)
    })

  test('name and password go as literals, whatever is in them', async () => {
    const { server, imap } = await imapWith([
      GREETING,
      ['{16}\r\n', '+\r\n'],
      ['{9}\r\n', '+\r\n'],
      ['ü" b\r\n', 'b NO\r\n'],
    ])
    assert.equal((await imap.logIn('a\r\nb LOGIN x\r\n y', 'x\r\n\\ü" b')).truth, 'miss')
    assert.match(server.heard(), /^b LOGIN \{16\}\r\na\r\nb LOGIN x\r\n y \{9\}\r\nx\r\n\\ü" b\r\n/)
  })
  test('the local part alone, when that is the name there', async () => {
    const { server, imap } = await imapWith([GREETING, ['{3}\r\n', '+\r\n'], PASSWORD, ['pencil\r\n', 'b OK\r\n']], {
      send: 'local_part',
    })
    assert.equal((await imap.logIn('ann@example.org', 'pencil')).truth, 'hit')
    assert.match(server.heard(), /^b LOGIN \{3\}\r\nann \{6\}/)
  })
  test('a server that refuses the literal refuses the login', async () => {
    const { imap } = await imapWith([GREETING, ['{15}\r\n', 'b NO too long\r\n']])
    assert.equal((await imap.logIn('ann@example.org', 'pencil')).truth, 'miss')
  })

  const rude: Readonly<Record<string, Script>> = {
    'one that is not ready': [['', '* BYE not today\r\n']],
    'one that knows us already': [['', '* PREAUTH welcome\r\n']],
    'one that speaks SMTP': [['', '220 mail.example ESMTP\r\n']],
    'one that hangs up at once': [['', CLOSE]],
    'one that hangs up after the name': [GREETING, ['{15}\r\n', CLOSE]],
    'one that hangs up after the password': [GREETING, USER, PASSWORD, ['pencil\r\n', CLOSE]],
    'one whose line does not end': [['', 'x'.repeat(10_000)]],
    'one that does not stop talking': [['', `* OK\r\n${'* noise\r\n'.repeat(40_000)}`]],
    'one that never answers but talks': [GREETING, ['{15}\r\n', '* noise\r\n'.repeat(200)]],
  }
  for (const [what, script] of Object.entries(rude))
    test(`${what} is unknown`, async () => {
      const { server, imap } = await imapWith(script)
      assert.equal((await imap.logIn('ann@example.org', 'pencil')).truth, 'unknown')
      await server.idle()
    })
  for (const [what, script] of Object.entries<Script>({
    'does not greet': [['', HANG]],
    'does not answer': [GREETING, ['{15}\r\n', HANG]],
  }))
    test(`one that ${what} is unknown when its time is over, and hung up on`, async () => {
      const { server, imap } = await imapWith(script)
      const answer = imap.logIn('ann@example.org', 'pencil')
      await server.reached
      imap.clock.advance(20_000)
      assert.deepEqual(await answer, { truth: 'unknown', because: 'no answer within 20000 ms' })
      await server.idle()
    })
  test('no server is unknown', async () => {
    const imap = backend(authImap, { host: '127.0.0.1', port: 1, tls: 'none' })
    assert.match((await imap.logIn('ann@example.org', 'pencil')).because ?? '', /the connection failed: .*ECONNREFUSED/)
  })
})

describe('auth_imap and TLS', () => {
  const refusals: Readonly<Record<string, Script>> = {
    'is not started': [GREETING, ['a STARTTLS\r\n', 'a NO not here\r\n']],
    'is preceded by something said in clear': [GREETING, ['a STARTTLS\r\n', 'a OK go\r\nb OK Logged in\r\n']],
    'is no TLS': [GREETING, ['a STARTTLS\r\n', 'a OK go\r\n'], ['', 'b OK Logged in\r\n']],
  }
  for (const [what, script] of Object.entries(refusals))
    test(`a password is not sent when TLS ${what}`, async () => {
      const { server, imap } = await imapWith(script, { tls: 'required' })
      assert.equal((await imap.logIn('ann@example.org', 'pencil')).truth, 'unknown')
      assert.doesNotMatch(server.heard(), /LOGIN|pencil/)
    })
  test('TLS is required unless the rule says otherwise', async () => {
    const server = await fakeBackend([GREETING, ['a STARTTLS\r\n', 'a BAD what?\r\n']])
    const imap = backend(authImap, { host: '127.0.0.1', port: server.port })
    assert.equal((await imap.logIn('ann@example.org', 'pencil')).because, 'it does not start TLS')
  })
})
