/** Whatever answers at p0f's socket: a flood, garbage, a trickle. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { openP0f } from '../../src/ports/p0f.ts'
import type { Fingerprint, P0fQuestion } from '../../src/core/ports.ts'
import { systemClock } from '../../src/ports/system-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

async function answered(test: TestContext, answer: (socket: Socket) => void): Promise<Fingerprint | undefined> {
  const socket = join(temporaryDirectory(test), 'p0f')
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => undefined)
    answer(client)
  })
  server.listen(socket)
  await once(server, 'listening')
  test.after(() => server.close())
  const [remote, local] = [
    { ip: '192.0.2.7', port: 50_000 },
    { ip: '192.0.2.250', port: 25 },
  ]
  const question: P0fQuestion = { socket, version: 3, remote, local, milliseconds: 300 }
  return openP0f(systemClock()).ask(question)
}

it('a flood of octets is read no further than an answer is long', async (test) => {
  let hasEnded = false
  const flood = (client: Socket): void => {
    const write = (): void => {
      while (!client.destroyed && client.write(Buffer.alloc(65_536, 1)));
    }
    client.on('drain', write)
    client.on('close', () => (hasEnded = true))
    write()
  }
  await assert.rejects(answered(test, flood), /not p0f version 3/)
  while (!hasEnded) await new Promise((resolve) => setImmediate(resolve))
})

it('octets that trickle in do not prolong the time', (test) =>
  assert.rejects(
    answered(test, (client) => {
      const timer = setInterval(() => client.write('x'), 20)
      client.on('close', () => clearInterval(timer))
    }),
    /did not answer within 300 ms/,
  ))

it('garbage in the place of names is printable and no longer than its field', async (test) => {
  const answer = Buffer.alloc(232, 0xff)
  answer.write('\u001b]0;owned\u0007\r\n', 40)
  // In the order of this machine: an answer, and it is found.
  Buffer.from(new Uint32Array([0x50304602, 0x10]).buffer).copy(answer)
  const facts = await answered(test, (client) => client.end(answer))
  assert.ok(facts?.genre !== undefined && facts.genre.length <= 65)
  assert.match(JSON.stringify(facts), /^[ -~]+$/)
})
