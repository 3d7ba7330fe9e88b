/** p0f hears of a client a little later than we do, and has little room: it is asked again, and by few at a time. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import type { Fingerprint } from '../../src/core/ports.ts'
import { openP0f, P0F_BOUNDS } from '../../src/ports/p0f.ts'
import { systemClock } from '../../src/ports/system-clock.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const [FOUND, NO_MATCH] = [0x10, 0x20]

/** In the order of this machine. */
function answer(status: number): Buffer {
  const octets = Buffer.alloc(232)
  for (const [index, value] of [0x50304602, status].entries())
    if (endianness() === 'LE') octets.writeUInt32LE(value, index * 4)
    else octets.writeUInt32BE(value, index * 4)
  octets.write('Linux', 40)
  return octets
}

/** Asks a p0f that treats its connections so; their number from 1. */
async function asker(test: TestContext, treat: (client: Socket, number: number) => void) {
  const socket = join(temporaryDirectory(test), 'p0f')
  let number = 0
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => undefined)
    number += 1
    treat(client, number)
  })
  await once(server.listen(socket), 'listening')
  test.after(() => server.close())
  const [remote, local] = [
    { ip: '192.0.2.7', port: 50_000 },
    { ip: '192.0.2.250', port: 25 },
  ]
  const p0f = openP0f(systemClock())
  return (): Promise<Fingerprint | undefined> => p0f.ask({ socket, version: 3, remote, local, milliseconds: 10_000 })
}

it('a client that p0f sees a little later is known', async (test) => {
  const ask = await asker(test, (client, number) => client.end(answer(number < 3 ? NO_MATCH : FOUND)))
  assert.equal((await ask())?.genre, 'Linux')
})

it('a p0f that had no room is asked again', async (test) => {
  const ask = await asker(test, (client, number) => (number < 3 ? client.destroy() : client.end(answer(FOUND))))
  assert.equal((await ask())?.genre, 'Linux')
})

it('are given to p0f a few at a time, and each has its answer', async (test) => {
  const [open, rooms] = [new Set<Socket>(), new Set<number>()]
  const ask = await asker(test, (client) => {
    open.add(client)
    rooms.add(open.size)
    client.on('close', () => open.delete(client))
    client.on('data', () => setImmediate(() => client.end(answer(FOUND))))
  })
  const seen = await Promise.all(Array.from({ length: 50 }, ask))
  assert.deepEqual(new Set(seen.map((one) => one?.genre)), new Set(['Linux']))
  assert.ok(Math.max(...rooms) > 1)
  assert.ok(Math.max(...rooms) <= P0F_BOUNDS.most)
})
