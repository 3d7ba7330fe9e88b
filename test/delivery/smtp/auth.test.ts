import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../../src/core/delivery.ts'
import { deliveryJob } from '../../support/delivery-job.ts'
import { answer } from '../../support/delivery-target.ts'
import type { Answers, SmtpSink } from '../../support/smtp-sink.ts'
import { sinkWith, targetTo } from '../../support/smtp-sinks.ts'

let directory = ''
before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-auth-'))))
after(() => rm(directory, { recursive: true }))

async function secret(text: string): Promise<string> {
  const file = join(directory, 'secret')
  await writeFile(file, text)
  return file
}

const TLS = { tls: 'required', verify: false }

/** With what was logged, as one text. */
async function send(sink: SmtpSink, options: object): Promise<{ said: DeliveryOutcome; logged: string }> {
  let logged = ''
  const log = { write: (...line: readonly unknown[]) => void (logged += JSON.stringify(line)) }
  const said = await answer(targetTo(sink, options), deliveryJob({ ports: { log } }))
  return { said, logged }
}

function offering(mechanisms: string, answers: Answers = {}): Promise<SmtpSink> {
  return sinkWith({ EHLO: `250-sink.example\r\n250-STARTTLS\r\n250 AUTH ${mechanisms}`, ...answers })
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('smtp_forward with a user', () => {
  it('logs in with PLAIN inside TLS, once for a connection', async () => {
    const sink = await offering('LOGIN PLAIN')
    const target = targetTo(sink, { ...TLS, user: 'pöstern', password_file: await secret('säsame \nnot this\n') })
    for (let count = 0; count < 2; count += 1) assert.equal((await target.deliver(deliveryJob())).kind, 'delivered')
    assert.deepEqual(sink.commands.slice(2, 6), [
      'TLS',
      'EHLO mx.example.org',
      `AUTH PLAIN ${base64('\0pöstern\0säsame ')}`,
      'MAIL FROM:<ann@example.net>',
    ])
    assert.equal(sink.commands.filter((line) => line.startsWith('AUTH')).length, 1)
  })

  it('logs in with LOGIN where there is no PLAIN', async () => {
    const sink = await offering('CRAM-MD5 login', {
      AUTH: '334 VXNlcm5hbWU6',
      OTHER: ['334 UGFzc3dvcmQ6', '235 2.7.0 Welcome'],
    })
    const { said } = await send(sink, { ...TLS, user: 'postern', password_file: await secret('sesame') })
    assert.equal(said.kind, 'delivered')
    assert.deepEqual(sink.commands.slice(4, 7), ['AUTH LOGIN', base64('postern'), base64('sesame')])
  })

  it('does not give its password to anybody without TLS', async () => {
    for (const options of [{ tls: 'none' }, { tls: 'opportunistic' }]) {
      const sink = await sinkWith({ EHLO: '250-sink.example\r\n250 AUTH PLAIN LOGIN' })
      const file = await secret('sesame')
      const { said } = await send(sink, { ...options, user: 'postern', password_file: file })
      const text = 'Without TLS the next server does not get our password'
      assert.deepEqual(said, { kind: 'deferred', text, status: '4.7.0' })
      assert.deepEqual(sink.commands, ['EHLO mx.example.org'])
    }
  })

  it('gives it in clear text when the site says so', async () => {
    const sink = await offering('PLAIN')
    const options = { tls: 'none', user: 'a', password_file: await secret('b'), password_in_clear: true }
    assert.equal((await send(sink, options)).said.kind, 'delivered')
    assert.equal(sink.commands[1], `AUTH PLAIN ${base64('\0a\0b')}`)
  })

  const faults: readonly (readonly [string, string, Answers, string])[] = [
    ['a wrong password', 'PLAIN', { AUTH: '535 5.7.8 go away' }, 'The next server does not let us log in: 535 go away'],
    [
      'a mechanism that asks for more',
      'PLAIN',
      { AUTH: '334 more' },
      'The next server does not let us log in: 334 more',
    ],
    [
      'LOGIN that stops half way',
      'LOGIN',
      { AUTH: '334 user', OTHER: '501 no' },
      'The next server does not let us log in: 501 no',
    ],
    ['no mechanism it knows', 'GSSAPI', {}, 'The next server offers neither AUTH PLAIN nor LOGIN'],
  ]
  for (const [what, mechanisms, answers, text] of faults)
    it(`defers, and never refuses, mail for ${what}`, async () => {
      const sink = await offering(mechanisms, answers)
      const { said, logged } = await send(sink, { ...TLS, user: 'postern', password_file: await secret('sesame') })
      assert.deepEqual(said, { kind: 'deferred', text, status: '4.7.0' })
      assert.ok(!sink.commands.some((line) => line.startsWith('MAIL')))
      for (const word of ['sesame', base64('\0postern\0sesame'), base64('sesame')]) assert.ok(!logged.includes(word))
    })

  it('defers when there is no password', async () => {
    const unread = { ...TLS, user: 'postern', password_file: join(directory, 'nowhere') }
    const { said } = await send(await offering('PLAIN'), unread)
    assert.equal(said.text, 'Our password for the next server cannot be read')
    for (const text of ['', '\nsecond line', 'a\0b']) {
      const options = { ...TLS, user: 'postern', password_file: await secret(text) }
      assert.equal((await send(await offering('PLAIN'), options)).said.kind, 'deferred')
    }
  })
})
