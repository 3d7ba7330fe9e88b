import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { xclientCommand, xforwardCommands } from '../../../src/delivery/smtp/client-attributes.ts'
import { deliveryJob } from '../../support/delivery-job.ts'
import { answer } from '../../support/delivery-target.ts'
import type { Answers } from '../../support/smtp-sink.ts'
import { sinkWith, targetTo } from '../../support/smtp-sinks.ts'

const CLIENT = {
  ip: '2001:db8::7',
  host: 'client.example',
  hello: { verb: 'EHLO', name: 'a+b=c' },
  user: 'änn',
} as const

const ALL = 'NAME ADDR PORT PROTO HELO IDENT SOURCE'

describe('XFORWARD', () => {
  it('names our client in xtext', async () => {
    const sink = await sinkWith({ EHLO: `250-x\r\n250 XFORWARD ${ALL}` })
    const target = targetTo(sink, { xforward: true })
    assert.equal((await target.deliver(deliveryJob({ client: CLIENT }))).kind, 'delivered')
    assert.deepEqual(sink.commands.slice(1, 3), [
      'XFORWARD NAME=client.example ADDR=IPV6:2001:db8::7 PORT=40001 PROTO=ESMTP HELO=a+2Bb+3Dc IDENT=T1 SOURCE=REMOTE',
      'MAIL FROM:<ann@example.net>',
    ])
  })

  it('names it again for the next message of a connection', async () => {
    const sink = await sinkWith({ EHLO: '250-x\r\n250 XFORWARD ADDR' })
    const target = targetTo(sink, { xforward: true })
    for (const ip of ['192.0.2.1', '192.0.2.2']) await target.deliver(deliveryJob({ client: { ip } }))
    assert.deepEqual(
      sink.commands.filter((line) => line.startsWith('XFORWARD')),
      ['XFORWARD ADDR=192.0.2.1', 'XFORWARD ADDR=192.0.2.2'],
    )
  })

  it('says what is not known', () => {
    const offers = new Map([['XFORWARD', 'NAME HELO PROTO']])
    assert.deepEqual(xforwardCommands(deliveryJob({ client: { hello: { verb: 'HELO', name: 'x' } } }), offers), [
      'XFORWARD NAME=[UNAVAILABLE] PROTO=SMTP HELO=x',
    ])
  })

  it('becomes several commands when one would be too long', () => {
    const client = { host: 'h'.repeat(250), hello: { verb: 'EHLO', name: '='.repeat(120) } } as const
    const commands = xforwardCommands(deliveryJob({ client }), new Map([['XFORWARD', ALL]]))
    assert.equal(commands.length, 2)
    for (const command of commands) assert.ok(command.length <= 510 && command.startsWith('XFORWARD '))
  })

  it('is said to nobody who does not offer it, or when the site does not want it', async () => {
    const offer = await sinkWith({ EHLO: `250-x\r\n250 XFORWARD ${ALL}` })
    await targetTo(offer).deliver(deliveryJob())
    const none = await sinkWith({ EHLO: '250 x' })
    await targetTo(none, { xforward: true }).deliver(deliveryJob())
    for (const { commands } of [offer, none]) assert.ok(!commands.some((line) => line.startsWith('XFORWARD')))
  })
})

describe('XCLIENT', () => {
  it('begins a new session as our client', async () => {
    const sink = await sinkWith({ EHLO: '250-x\r\n250 XCLIENT NAME ADDR PROTO HELO LOGIN DESTADDR' })
    assert.equal((await targetTo(sink, { xclient: true }).deliver(deliveryJob({ client: CLIENT }))).kind, 'delivered')
    assert.deepEqual(sink.commands.slice(0, 4), [
      'EHLO mx.example.org',
      'XCLIENT NAME=client.example ADDR=IPV6:2001:db8::7 PROTO=ESMTP HELO=a+2Bb+3Dc LOGIN=+C3+A4nn',
      'EHLO a+b=c',
      'MAIL FROM:<ann@example.net>',
    ])
  })

  it('cannot be made two commands by a greeting', async () => {
    const sink = await sinkWith({ EHLO: '250-x\r\n250 XCLIENT HELO' })
    const client = { hello: { verb: 'EHLO', name: 'a\r\nRSET b' } } as const
    assert.equal((await targetTo(sink, { xclient: true }).deliver(deliveryJob({ client }))).kind, 'delivered')
    assert.deepEqual(sink.commands.slice(1, 3), ['XCLIENT HELO=a+0D+0ARSET+20b', 'EHLO mx.example.org'])
  })

  it('is said to nobody who does not offer it', async () => {
    const sink = await sinkWith()
    assert.equal((await targetTo(sink, { xclient: true }).deliver(deliveryJob())).kind, 'delivered')
    assert.equal(xclientCommand(deliveryJob(), new Map([['XCLIENT', 'DESTADDR']])), undefined)
    assert.ok(!sink.commands.some((line) => line.startsWith('XCLIENT')))
  })
})

describe('a next server that offers and then refuses', () => {
  const cases: readonly (readonly [string, object, Answers, string])[] = [
    [
      'XFORWARD',
      { xforward: true },
      { EHLO: '250-x\r\n250 XFORWARD ADDR', XFORWARD: '550 5.7.0 not you' },
      'The next server refused XFORWARD: 550 not you',
    ],
    [
      'XCLIENT',
      { xclient: true },
      { EHLO: '250-x\r\n250 XCLIENT ADDR', XCLIENT: '550 5.7.0 not you' },
      'The next server refused XCLIENT: 550 not you',
    ],
  ]
  for (const [what, options, answers, text] of cases)
    it(`defers: ${what}`, async () => {
      const sink = await sinkWith(answers)
      assert.deepEqual(await answer(targetTo(sink, options), deliveryJob()), {
        kind: 'deferred',
        text,
        status: '4.4.1',
      })
      assert.ok(!sink.commands.some((line) => line.startsWith('MAIL')))
    })
})
