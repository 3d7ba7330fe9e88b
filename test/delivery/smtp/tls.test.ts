import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../../src/core/delivery.ts'
import { smtpForward } from '../../../src/delivery/smtp-forward.ts'
import { deliveryJob } from '../../support/delivery-job.ts'
import { answer, deliveryTarget } from '../../support/delivery-target.ts'
import { listen } from '../../support/listen.ts'
import { type Answers, CLOSE, type SinkOptions, type SmtpSink } from '../../support/smtp-sink.ts'
import { sinkWith, targetTo } from '../../support/smtp-sinks.ts'

const OFFER = '250-sink.example\r\n250-8BITMIME\r\n250 STARTTLS'
const CA = new URL('../../support/tls/ca.pem', import.meta.url).pathname

function send(sink: SmtpSink, options: object): Promise<DeliveryOutcome> {
  return answer(targetTo(sink, options), deliveryJob())
}

function offering(answers: Answers = {}, options: SinkOptions = {}): Promise<SmtpSink> {
  return sinkWith({ EHLO: OFFER, ...answers }, options)
}

const verbs = ({ commands }: SmtpSink): readonly string[] => commands.map((line) => line.split(' ')[0] ?? '')
const WITH_TLS = ['EHLO', 'STARTTLS', 'TLS', 'EHLO', 'MAIL', 'RCPT', 'DATA']
const IN_CLEAR = ['EHLO', 'MAIL', 'RCPT', 'DATA']

describe('STARTTLS', () => {
  it('is used when it is offered, and everything begins again inside', async () => {
    const sink = await offering()
    assert.equal((await send(sink, {})).kind, 'delivered')
    assert.deepEqual(verbs(sink), WITH_TLS)
  })

  it('makes what was offered in clear text forgotten', async () => {
    const sink = await offering({ EHLO: ['250-x\r\n250-SIZE 1\r\n250 STARTTLS', '250-x\r\n250 DSN'] })
    assert.equal((await send(sink, {})).kind, 'delivered')
    assert.equal(sink.commands.at(4), 'MAIL FROM:<ann@example.net>')
  })

  it('is not used when TLS is not wanted', async () => {
    const sink = await offering()
    assert.equal((await send(sink, { tls: 'none' })).kind, 'delivered')
    assert.deepEqual(verbs(sink), IN_CLEAR)
  })

  it('serves all messages of its connection', async () => {
    const sink = await offering()
    const target = targetTo(sink, { tls: 'required', verify: false })
    for (let count = 0; count < 2; count += 1) assert.equal((await target.deliver(deliveryJob())).kind, 'delivered')
    assert.deepEqual(verbs(sink), [...WITH_TLS, 'RSET', 'MAIL', 'RCPT', 'DATA'])
  })
})

describe('opportunistic TLS', () => {
  it('goes on in clear text when TLS is not offered, or refused', async () => {
    for (const answers of [{ EHLO: '250 x' }, { STARTTLS: '454 4.7.0 not now' }]) {
      const sink = await offering(answers)
      assert.equal((await send(sink, {})).kind, 'delivered')
      assert.ok(!verbs(sink).includes('TLS'))
    }
  })

  it('begins again in clear text when the handshake fails, and says so', async () => {
    const sink = await offering({ STARTTLS: ['220 ready', '500 no'] })
    sink.reached('STARTTLS').then(() => sink.hangUp(), assert.fail)
    const logged: string[] = []
    const log = { write: (_level: string, _fields: object, text: string) => void logged.push(text) }
    const { kind } = await targetTo(sink).deliver(deliveryJob({ ports: { log } }))
    assert.equal(kind, 'delivered')
    assert.deepEqual(verbs(sink), ['EHLO', 'STARTTLS', ...IN_CLEAR])
    assert.deepEqual(logged, ['next server without TLS, since TLS failed'])
  })

  it('does not look at the certificate', async () => {
    assert.equal((await send(await offering(), { tls: 'opportunistic' })).kind, 'delivered')
  })
})

describe('required TLS', () => {
  const cases: readonly (readonly [string, Answers, string, string])[] = [
    ['it is not offered', { EHLO: '250 x' }, 'The next server does not offer TLS', '4.7.4'],
    ['it is refused', { STARTTLS: '454 4.7.0 not now' }, 'The next server refused TLS: 454 not now', '4.7.4'],
    [
      'the server ends the connection',
      { STARTTLS: CLOSE },
      'The next server failed: it closed the connection',
      '4.4.2',
    ],
  ]
  for (const [what, answers, text, status] of cases)
    it(`defers when ${what}`, async () => {
      const sink = await offering(answers)
      assert.deepEqual(await send(sink, { tls: 'required' }), { kind: 'deferred', text, status })
      assert.deepEqual(sink.contents, [])
    })

  it('takes a certificate that is good for the name', async () => {
    const sink = await offering()
    assert.equal((await send(sink, { tls: 'required', ca_file: CA })).kind, 'delivered')
    const named = { tls: 'required', ca_file: CA, tls_name: 'mail.example.org' }
    assert.equal((await send(sink, named)).kind, 'delivered')
  })

  const bad: readonly (readonly [string, object, string])[] = [
    ['from nobody it knows', {}, 'The next server failed: TLS failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'],
    [
      'for another name',
      { ca_file: CA, tls_name: 'other.example' },
      'The next server failed: TLS failed (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    ['when its authorities cannot be read', { ca_file: '/nowhere' }, 'The certificates of authorities cannot be read'],
  ]
  for (const [what, options, text] of bad)
    it(`defers a certificate ${what}`, async () => {
      const sink = await offering()
      const said = await send(sink, { tls: 'required', ...options })
      assert.deepEqual([said.kind, said.text], ['deferred', text])
      assert.ok(!verbs(sink).includes('MAIL'))
    })
})

describe('implicit TLS', () => {
  it('speaks TLS from the first octet', async () => {
    const sink = await sinkWith({ EHLO: OFFER }, { implicitTls: true })
    assert.equal((await send(sink, { tls: 'implicit', ca_file: CA })).kind, 'delivered')
    assert.deepEqual(verbs(sink), ['TLS', ...IN_CLEAR])
  })

  it('defers when the server greets in clear text', async () => {
    const sink = await offering()
    const { kind, text } = await send(sink, { tls: 'implicit', verify: false })
    assert.equal(kind, 'deferred')
    assert.match(text, /^The next server failed: (TLS failed|it spoke out of turn)/)
    assert.deepEqual(sink.commands, [])
  })
})

describe('REQUIRETLS (RFC 8689)', () => {
  const wish = deliveryJob({ mailParams: { REQUIRETLS: true } })
  const offer = `${OFFER}\r\n`.replace('250 STARTTLS', '250-STARTTLS\r\n250 REQUIRETLS').trimEnd()
  const verified = { tls: 'required', ca_file: CA }

  it('is passed on over TLS with a certificate that was checked', async () => {
    const sink = await sinkWith({ EHLO: offer })
    assert.equal((await answer(targetTo(sink, verified), wish)).kind, 'delivered')
    assert.equal(sink.commands[4], 'MAIL FROM:<ann@example.net> BODY=8BITMIME REQUIRETLS')
  })

  const cases: readonly (readonly [string, string, object])[] = [
    ['the next server does not know it', OFFER, verified],
    ['the certificate is not checked', offer, { tls: 'required', verify: false }],
    ['TLS is opportunistic', offer, {}],
    ['there is no TLS', offer, { tls: 'none' }],
  ]
  for (const [what, EHLO, options] of cases)
    it(`is refused when ${what}`, async () => {
      const sink = await sinkWith({ EHLO })
      assert.deepEqual(await answer(targetTo(sink, options), wish), {
        kind: 'refused',
        text: 'REQUIRETLS cannot be passed on',
        status: '5.7.30',
      })
      assert.ok(!verbs(sink).includes('MAIL'))
    })
})

/** A server of raw octets: each answer is written when a line comes. */
function rawServer(answers: readonly string[]): Promise<number> {
  const left = [...answers]
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write(left.shift() ?? '')
    socket.on('data', () => socket.write(left.shift() ?? ''))
  })
  return listen(server)
}

describe('row 18: what is said in clear text after the answer to STARTTLS', () => {
  const injected = '250-evil.example\r\n250 SIZE 1000000\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n'
  for (const tls of ['opportunistic', 'required'])
    it(`ends the session when it comes with the answer (${tls})`, async () => {
      const sink = await offering({ STARTTLS: `220 ready\r\n${injected.trimEnd()}` })
      assert.deepEqual(await send(sink, tls === 'required' ? { tls, verify: false } : { tls }), {
        kind: 'deferred',
        text: 'The next server failed: it spoke out of turn',
        status: '4.4.2',
      })
      assert.deepEqual([sink.connections(), sink.contents], [1, []])
    })

  it('ends the session when it comes instead of the handshake', async () => {
    const port = await rawServer(['220 x\r\n', `${OFFER}\r\n`, '220 ready\r\n', injected])
    const options = { host: '127.0.0.1', port, tls: 'required', verify: false }
    const { kind, text } = await answer(deliveryTarget(smtpForward, options), deliveryJob())
    assert.equal(kind, 'deferred')
    assert.match(text, /^The next server failed: TLS failed/)
  })
})
