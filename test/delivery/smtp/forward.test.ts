import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { SMTPServer } from 'smtp-server'
import type { DeliveryJob, DeliveryOutcome } from '../../../src/core/delivery.ts'
import { smtpForward } from '../../../src/delivery/smtp-forward.ts'
import { deliveryJob } from '../../support/delivery-job.ts'
import { answer, deliveryTarget } from '../../support/delivery-target.ts'
import type { Answers, SmtpSink } from '../../support/smtp-sink.ts'
import { sinkWith } from '../../support/smtp-sinks.ts'

/** The answer for all recipients; no connection stays open. */
function send(sink: SmtpSink, job: DeliveryJob = deliveryJob()): Promise<DeliveryOutcome> {
  const options = { host: '127.0.0.1', port: sink.port, timeout: '1s', idle_connections: 0 }
  return answer(deliveryTarget(smtpForward, options), job)
}

describe('smtp_forward', () => {
  it('speaks the whole conversation and answers what the next server answered', async () => {
    const sink = await sinkWith()
    const content = 'Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nno dot'
    const result = await send(sink, deliveryJob({ from: '', to: ['"a b"@example.org', 'postmaster'], content }))
    assert.deepEqual(result, { kind: 'delivered', text: 'queued as 4F1B' })
    await sink.reached('QUIT')
    assert.deepEqual(sink.commands, [
      'EHLO mx.example.org',
      `MAIL FROM:<> SIZE=${content.length} BODY=8BITMIME`,
      'RCPT TO:<"a b"@example.org>',
      'RCPT TO:<postmaster>',
      'DATA',
      'QUIT',
    ])
    assert.equal(String(sink.contents[0]), 'Subject: dots\r\n\r\n..\r\n...\r\n..x\r\nno dot\r\n')
  })

  it('gives smtp-server the message octet for octet', async () => {
    const content = `Subject: x\r\n\r\n${'.\r\n..long line '.repeat(20_000)}\xff\0\r\n`
    const received = Promise.withResolvers<Buffer>()
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onData(stream, _session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          received.resolve(Buffer.concat(chunks))
          done(null, 'accepted')
        })
      },
    })
    const listener = server.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const address = listener.address()
    assert.ok(typeof address === 'object' && address !== null)
    const options = { host: '127.0.0.1', port: address.port, timeout: '10s', idle_connections: 0 }
    const target = deliveryTarget(smtpForward, options)
    assert.equal(target.name, `smtp_forward:127.0.0.1:${address.port}`)
    const result = await target.deliver(deliveryJob({ content: Buffer.from(content, 'latin1') }))
    assert.equal(result.kind, 'delivered')
    assert.equal((await received.promise).toString('latin1'), content)
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  it('falls back to HELO', async () => {
    const sink = await sinkWith({ EHLO: '502 what?' })
    assert.equal((await send(sink)).kind, 'delivered')
    assert.deepEqual(sink.commands.slice(0, 3), [
      'EHLO mx.example.org',
      'HELO mx.example.org',
      'MAIL FROM:<ann@example.net>',
    ])
  })

  it('asks for SMTPUTF8 when it is needed and offered, and refuses when it is needed and not', async () => {
    const job = deliveryJob({ to: ['jürgen@example.org'] })
    const wide = await sinkWith({ EHLO: '250-x\r\n250 SMTPUTF8' })
    assert.equal((await send(wide, job)).kind, 'delivered')
    assert.equal(wide.commands[1], 'MAIL FROM:<ann@example.net> SMTPUTF8')
    const narrow = await sinkWith()
    assert.deepEqual(await send(narrow, job), {
      kind: 'refused',
      text: 'The next server does not take addresses or header fields beyond ASCII',
      status: '5.6.7',
    })
  })

  it('does not send what the next server calls too large', async () => {
    const sink = await sinkWith({ EHLO: '250-x\r\n250 SIZE 10' })
    assert.deepEqual(await send(sink), {
      kind: 'refused',
      text: 'Message is too large for the next server',
      status: '5.3.4',
    })
    assert.ok(!sink.commands.some((command) => command.startsWith('MAIL')))
  })

  it('reads SIZE without a number as no limit', async () => {
    for (const size of ['SIZE', 'SIZE 0', 'SIZE 1e1', 'SIZE -1'])
      assert.equal((await send(await sinkWith({ EHLO: `250-x\r\n250 ${size}` }))).kind, 'delivered')
  })

  const refusals: readonly (readonly [string, Answers, DeliveryOutcome])[] = [
    [
      'the greeting',
      { GREETING: '554 go away' },
      { kind: 'deferred', text: 'The next server refused the connection: 554 go away', status: '4.4.1' },
    ],
    [
      'the sender for good',
      { MAIL: '550 5.1.8 bad sender' },
      { kind: 'refused', text: 'The next server refused the sender: 550 bad sender', status: '5.1.8' },
    ],
    [
      'the sender for now',
      { MAIL: '451 later' },
      { kind: 'deferred', text: 'The next server refused the sender: 451 later' },
    ],
    [
      'the recipient for good',
      { RCPT: '550 5.1.1 no such user' },
      { kind: 'refused', text: 'The next server refused the recipient: 550 no such user', status: '5.1.1' },
    ],
    [
      'the recipient for now',
      { RCPT: '450 4.2.0 greylisted' },
      { kind: 'deferred', text: 'The next server refused the recipient: 450 greylisted', status: '4.2.0' },
    ],
    [
      'DATA',
      { DATA: '554 5.5.1 no' },
      { kind: 'refused', text: 'The next server refused the content: 554 no', status: '5.5.1' },
    ],
    [
      'the message for good',
      { END: '554 5.7.1 spam' },
      { kind: 'refused', text: 'The next server refused the message: 554 spam', status: '5.7.1' },
    ],
    [
      'the message for now',
      { END: '452 4.3.1 full' },
      { kind: 'deferred', text: 'The next server refused the message: 452 full', status: '4.3.1' },
    ],
    [
      'with a code that is out of place',
      { END: '354 more?' },
      { kind: 'deferred', text: 'The next server refused the message: 354 more?' },
    ],
  ]
  for (const [what, answers, expected] of refusals)
    it(`passes on a refusal: ${what}`, async () => {
      const sink = await sinkWith(answers)
      assert.deepEqual(await send(sink), expected)
      assert.equal(sink.taken(), 0)
    })

  describe('with two recipients', () => {
    const job = deliveryJob({ to: ['bob@example.org', 'eve@example.org'] })
    const cases: readonly (readonly [readonly string[], DeliveryOutcome['kind']])[] = [
      [['250 ok', '550 no'], 'deferred'],
      [['550 no', '250 ok'], 'deferred'],
      [['450 no', '250 ok'], 'deferred'],
      [['550 no', '450 later'], 'deferred'],
      [['550 no', '553 no'], 'refused'],
    ]
    for (const [answers, kind] of cases)
      it(`answers ${kind} to ${answers.join(' and ')}, and sends nothing`, async () => {
        const sink = await sinkWith({ RCPT: answers })
        assert.equal((await send(sink, job)).kind, kind)
        assert.deepEqual(sink.contents, [])
        assert.ok(!sink.commands.includes('DATA'))
      })
  })

  it('counts a 250 that came before more words or a closed connection', async () => {
    const sink = await sinkWith({ END: '250 queued as 7\r\n421 bye' })
    assert.deepEqual(await send(sink), { kind: 'delivered', text: 'queued as 7' })
  })

  it('has options that make sense', () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{}, /host/],
      [{ host: [] }, /host/],
      [{ host: ['a.example', 'b.example'], mx: true }, /one domain/],
      [{ host: 'not a domain', mx: true }, /one domain/],
      [{ host: 'a.example', timeout: '0s' }, /timeout must be longer than nothing/],
      [{ host: 'a.example', deadline: '0s' }, /deadline must be longer than nothing/],
      [{ host: ['a.example', 'b.example:0'] }, /0 is no port/],
      [{ host: ['a example'] }, /`a example` is no host/],
      [{ host: 'a.example', user: 'postern' }, /`user` and `password_file` go together/],
      [{ host: 'a.example', user: 'a\nb', password_file: '/f' }, /must not hold CR, LF or NUL/],
      [{ host: 'a.example', tls: 'opportunistic', verify: true }, /checked only with `tls: required`/],
      [{ host: 'a.example', ca_file: '/ca.pem' }, /checked only with `tls: required`/],
    ]
    for (const [options, message] of cases)
      assert.throws(() => deliveryTarget(smtpForward, options), message, JSON.stringify(options))
  })
})
