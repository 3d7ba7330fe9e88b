/** The web service as an enemy or a ruin: whatever it does, the client never hears 250 for mail it did not take. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createRawServer } from 'node:net'
import { describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../src/core/delivery.ts'
import { httpForward } from '../../src/delivery/http-forward.ts'
import { brokenJob, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { listen } from '../support/listen.ts'

function post(url: string, parts: JobParts = {}, options: object = {}): Promise<DeliveryOutcome> {
  return answer(deliveryTarget(httpForward, { url, ...options }), deliveryJob(parts))
}

/** A server of octets: writes this as soon as something comes, and closes if it is told to. */
async function rawService(octets: string, close = false): Promise<string> {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(octets)
      if (close) socket.end()
    })
  })
  return `http://127.0.0.1:${await listen(server)}/`
}

describe('a web service that is an enemy or a ruin', () => {
  const large = { content: `Subject: x\r\n\r\n${'x\r\n'.repeat(5_000_000)}` }

  it('defers when it is not there', async () => {
    const text = 'The next server failed: ECONNREFUSED'
    assert.deepEqual(await post('http://127.0.0.1:1/'), { kind: 'deferred', text, status: '4.4.2' })
  })

  const broken: readonly (readonly [string, string])[] = [
    ['closes without an answer', ''],
    ['speaks SMTP', '220 mail.example ESMTP\r\n'],
    ['breaks off its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['sends endless header fields', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(10_000)}\r\n`],
  ]
  for (const [what, octets] of broken)
    it(`defers when it ${what}`, async () => {
      assert.equal((await post(await rawService(octets, true))).kind, 'deferred')
    })

  it('is not believed before it has the message', async () => {
    const url = await rawService('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    const text = 'The next server failed: it answered before it had the message'
    assert.deepEqual(await post(url, large), { kind: 'deferred', text, status: '4.4.2' })
  })

  it('may refuse before it has the message', async () => {
    const url = await rawService('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
    assert.equal((await post(url, large)).kind, 'refused')
  })

  it('is left when it does not answer in time', async () => {
    const clock = fakeClock()
    let reached: () => void = () => undefined
    const asked = new Promise<void>((resolve) => (reached = resolve))
    const url = `http://127.0.0.1:${await listen(createServer(() => reached()))}/`
    const said = post(url, { ports: { clock } }, { timeout: '1m' })
    await asked
    clock.advance(60_000)
    const text = 'The next server failed: it did not answer in time'
    assert.deepEqual(await said, { kind: 'deferred', text, status: '4.4.2' })
    assert.equal(clock.pending(), 0)
  })
})

describe('half of a message, by HTTP', () => {
  async function wholeRequests(job: () => Promise<unknown>, url: (one: string) => void): Promise<number> {
    let whole = 0
    const server = createServer((request, response) => {
      request.on('error', () => undefined)
      request.resume().on('end', () => {
        whole += 1
        response.end()
      })
    })
    url(`http://127.0.0.1:${await listen(server)}/`)
    const gone = new Promise<void>((resolve) =>
      server.once('connection', (socket) => socket.once('close', () => resolve())),
    )
    server.on('clientError', (_error, socket) => socket.destroy())
    await job()
    await gone
    return whole
  }

  it('is never a whole request', async () => {
    let url = ''
    const take = (one: string): string => (url = one)
    const broken = (): Promise<void> =>
      assert.rejects(deliveryTarget(httpForward, { url }).deliver(brokenJob(new Error('spool gone'))), /spool gone/)
    assert.equal(await wholeRequests(broken, take), 0)
    const bare = async (): Promise<void> => {
      const said = await post(url, { content: `Subject: x\r\n\r\n${'line\r\n'.repeat(50_000)}a\nb` })
      assert.deepEqual(said, { kind: 'refused', text: 'Message holds a bare CR or LF', status: '5.6.0' })
    }
    assert.equal(await wholeRequests(bare, take), 0)
  })
})
