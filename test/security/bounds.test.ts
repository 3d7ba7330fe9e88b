/** Bounds that nobody has to change: what answers, files and bodies may bring, and how many may ask at a time. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { after, describe, it } from 'node:test'
import { MESSAGE_FACTS } from '../../src/core/message-facts.ts'
import { Message } from '../../src/core/mail/message.ts'
import { newTransaction } from '../../src/core/session.ts'
import { openSyslog } from '../../src/ports/log/syslog.ts'
import { openStore } from '../../src/ports/store/open-store.ts'
import { startHealth } from '../../src/server/life/health.ts'
import { lookUpRecipient } from '../../src/vocabulary/shared/recipient-look-up.ts'
import { fakeBackend, HANG } from '../ports/auth/fake-backend.ts'
import { asking, httpQuestion, said } from '../ports/questions/questions.ts'
import { listenOnLoopback } from '../ports/sources/loopback.ts'
import { sourceAt, testWorld } from '../ports/sources/world.ts'
import { address } from '../support/address.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { contextAt } from '../support/hook-context.ts'

async function portOf(text: string): Promise<number> {
  return listenOnLoopback(createServer((_, response) => void response.end(text)))
}

describe('what is found outside', () => {
  it('is cut where it is too long, and never in the middle of a character', async () => {
    const port = await portOf(JSON.stringify({ reason: `x${'😀'.repeat(2000)}` }))
    const one = asking(httpQuestion(`http://127.0.0.1:${port}/`, { paths: ['reason'] }))
    const found = said(await one.ask()) as { readonly reason: string }
    await one.close()
    assert.equal(found.reason.length <= 1000 && found.reason.length > 990, true)
    assert.ok(found.reason.isWellFormed())
  })

  it('has so many values of a key, and a page has so many octets', async () => {
    const ask = async (page: string) => {
      const source = sourceAt(`http://127.0.0.1:${await portOf(page)}/{key}`)
      const answer = await source.lookup('ann@example.org')
      await source.close()
      return answer
    }
    const many = await ask('x\n'.repeat(1000))
    assert.equal(many.kind === 'found' && many.values.length, 100)
    assert.match(JSON.stringify(await ask('x'.repeat(65_537))), /"failed".*larger than 65536 octets/)
  })
})

it('a Redis that is silent has so many questions, and the next one fails at once', async () => {
  const [fake, clock] = [await fakeBackend([['', HANG]]), fakeClock()]
  const store = openStore({ url: `redis://127.0.0.1:${fake.port}`, directory: '/' }, testWorld({ clock }))
  const waiting = Array.from({ length: 1000 }, () => store.get('a'))
  assert.deepEqual(await store.get('a'), { kind: 'failed', because: 'too many commands wait for it' })
  await fake.reached
  clock.advance(2000)
  assert.ok((await Promise.all(waiting)).every(({ kind }) => kind === 'failed'))
  await store.close()
})

it('the health page has so many connections, and serves again when they have gone', async () => {
  const health = () => ({ state: 'serving', revision: 'r1', since: 0, sessions: 0, problems: [] }) as const
  const server = await startHealth({ address: '127.0.0.1', port: 0 }, { health, samples: () => [] })
  after(() => server.close())
  const idle = Array.from({ length: 20 }, () => connect(server.port, '127.0.0.1'))
  await Promise.all(idle.map((socket) => once(socket, 'connect')))
  const refused = connect(server.port, '127.0.0.1').on('error', () => undefined)
  await once(refused, 'close')
  for (const socket of idle) socket.destroy()
  await Promise.all(idle.map((socket) => once(socket, 'close')))
  for (let text = ''; !text.includes('serving'); )
    text = await fetch(`http://127.0.0.1:${server.port}/healthz`).then(
      (response) => response.text(),
      () => '',
    )
})

it('rules see so much of a body, and its size', () => {
  const transaction = newTransaction('t1')
  transaction.message = Message.parse(Buffer.from(`Subject: hi\r\n\r\n${'x'.repeat(300_000)}`))
  const read = (wanted: string): unknown =>
    MESSAGE_FACTS.find(({ name }) => name === wanted)?.read(contextAt('data_post', { transaction }), '')
  assert.equal(String(read('body')).length, 262_144)
  assert.equal(read('body.size'), 300_000)
})

it('lines to a syslog server that are not sent yet are so many, and the others are counted', async () => {
  const place = { kind: 'udp', address: '127.0.0.1', port: 9, facility: 'mail', tag: 'postern' } as const
  const log = openSyslog({ level: 'info', place })
  for (let line = 0; line < 1500; line += 1) log.write('info', {}, 'x')
  assert.equal(log.lost(), 500)
  await log.close()
})

it('an address full of separators costs so many look-ups', () => {
  let asked = 0
  const lookUp = () => {
    asked += 1
    return { truth: 'miss' } as const
  }
  void lookUpRecipient(address(`${'a-'.repeat(25)}a@example.org`), '-', lookUp, contextAt('rcpt'))
  assert.equal(asked, 9)
})
