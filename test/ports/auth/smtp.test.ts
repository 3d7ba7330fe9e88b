/** auth_smtp against servers made of answers, and against smtp-server. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { authSmtp } from '../../../src/ports/auth/smtp.ts'
import { type Answers, CLOSE, HANG, type SmtpSink } from '../../support/smtp-sink.ts'
import { sinkWith } from '../../support/smtp-sinks.ts'
import { type Backend, backend, type Options } from './asking.ts'

const tls = (name: string): string => new URL(`../../support/tls/${name}`, import.meta.url).pathname
const PLAIN = '250-sink.example\r\n250 AUTH LOGIN PLAIN'

interface Asked {
  readonly sink: SmtpSink
  readonly smtp: Backend
}

async function smtpWith(answers: Answers, options: Options = {}): Promise<Asked> {
  const sink = await sinkWith({ EHLO: PLAIN, ...answers })
  return { sink, smtp: backend(authSmtp, { host: '127.0.0.1', port: sink.port, tls: 'none', ...options }) }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('auth_smtp', () => {
  const verdicts: readonly (readonly [answer: string, truth: string])[] = [
    ['235 2.7.0 Welcome', 'hit'],
    ['535 5.7.8 Go away', 'miss'],
    ['535-5.7.8 Go\r\n535 5.7.8 away', 'miss'],
    ['454 4.7.0 Try later', 'unknown'],
    ['421 4.3.2 Closing', 'unknown'],
    ['530 5.7.0 STARTTLS first', 'unknown'],
    ['534 5.7.9 Too weak', 'unknown'],
    ['334 ', 'unknown'],
    ['250 2.0.0 Ok', 'unknown'],
    ['what?', 'unknown'],
  ]
  for (const [answer, truth] of verdicts)
    test(`${JSON.stringify(answer)}: ${truth}`, async () => {
      const { smtp } = await smtpWith({ AUTH: answer })
      assert.equal((await smtp.logIn('ann@example.org', 'pencil')).truth, truth)
    })

  test('PLAIN where it is offered, and a good-bye', async () => {
    const { sink, smtp } = await smtpWith({}, { hello: 'mx.example.org' })
    await smtp.logIn('ann@example.org', 'pencil')
    await sink.reached('QUIT')
    const auth = `AUTH PLAIN ${base64('\0ann@example.org\0pencil')}`
    assert.deepEqual(sink.commands, ['EHLO mx.example.org', auth, 'QUIT'])
  })
  test('LOGIN where there is no PLAIN', async () => {
    const answers = { EHLO: '250-x\r\n250 AUTH LOGIN', AUTH: '334 VXNlcm5hbWU6', OTHER: ['334 UGFzc3dvcmQ6', '235 Ok'] }
    const { sink, smtp } = await smtpWith(answers, { send: 'local_part' })
    assert.equal((await smtp.logIn('ann@example.org', 'pencil')).truth, 'hit')
    assert.deepEqual(sink.commands.slice(1, 4), ['AUTH LOGIN', base64('ann'), base64('pencil')])
  })
  for (const [what, answers] of Object.entries<Answers>({
    'offers no mechanism we know': { EHLO: '250-x\r\n250 AUTH GSSAPI' },
    'offers none': { EHLO: '250 x' },
    'refuses us': { GREETING: '554 no' },
    'refuses EHLO': { EHLO: '502 no' },
    'hangs up': { AUTH: CLOSE },
    'stops half way': { EHLO: '250-x\r\n250 AUTH LOGIN', AUTH: '334 user', OTHER: '501 no' },
  }))
    test(`one that ${what} is unknown`, async () => {
      const { smtp } = await smtpWith(answers)
      assert.equal((await smtp.logIn('ann@example.org', 'pencil')).truth, 'unknown')
    })
  test('one that does not answer is unknown when its time is over, and hung up on', async () => {
    const { sink, smtp } = await smtpWith({ AUTH: HANG })
    const answer = smtp.logIn('ann@example.org', 'pencil')
    await sink.reached('AUTH')
    smtp.clock.advance(20_000)
    assert.equal((await answer).truth, 'unknown')
    await sink.idle()
  })
  test('without STARTTLS there is no password', async () => {
    const { sink, smtp } = await smtpWith({ STARTTLS: '502 no' }, { tls: 'required' })
    assert.equal((await smtp.logIn('ann@example.org', 'pencil')).truth, 'unknown')
    assert.ok(!sink.commands.some((line) => line.startsWith('AUTH')))
  })
  test('a certificate of somebody else is none', async () => {
    const { sink, smtp } = await smtpWith({}, { tls: 'required' })
    assert.match((await smtp.logIn('ann@example.org', 'pencil')).because ?? '', /TLS failed/)
    assert.ok(!sink.commands.some((line) => line.startsWith('AUTH')))
  })
})

describe('auth_smtp and smtp-server', () => {
  for (const mode of ['required', 'implicit'])
    test(`TLS: ${mode}`, async () => {
      const server = new SMTPServer({
        disableReverseLookup: true,
        secure: mode === 'implicit',
        cert: readFileSync(tls('server.pem')),
        key: readFileSync(tls('server.key')),
        onAuth: ({ username, password }, _session, answer) =>
          username === 'ann@example.org' && password === 'pencil'
            ? answer(null, { user: 'ann' })
            : answer(new Error('no')),
      })
      server.listen(0, '127.0.0.1')
      await once(server.server, 'listening')
      const address = server.server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const smtp = backend(authSmtp, { host: 'localhost', port, tls: mode, ca_file: tls('ca.pem') })
      try {
        assert.equal((await smtp.logIn('ann@example.org', 'pencil')).truth, 'hit')
        assert.equal((await smtp.logIn('ann@example.org', 'pen')).truth, 'miss')
        assert.equal((await smtp.logIn('nobody@example.org', 'pencil')).truth, 'miss')
      } finally {
        await new Promise<void>((resolve) => server.close(() => resolve()))
      }
    })
})
