/** Too many connections: who opens them is sent away, everybody else is greeted. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { it, type TestContext } from 'node:test'
import { GREETING, house } from '../server/house.ts'

const TURNED_AWAY = '421 4.7.0 Too many connections, try again later\r\n'

/** What the server says first to a client with this address. */
async function firstWords(test: TestContext, port: number, localAddress: string): Promise<string> {
  const socket: Socket = connect({ port, host: '127.0.0.1', localAddress })
  test.after(() => socket.destroy())
  socket.on('error', () => undefined)
  const [octets] = (await once(socket, 'data')) as [Buffer]
  return octets.toString('latin1')
}

it('of one address are turned away beyond the limit, those of another one are greeted', async (test) => {
  const rig = await house(test, { limits: { connections_per_client: 5 } })
  const port = rig.server.addresses[0]?.port ?? 0
  const flood = await Promise.all(Array.from({ length: 50 }, () => firstWords(test, port, '127.0.0.1')))
  assert.equal(flood.filter((words) => words === GREETING).length, 5)
  assert.equal(flood.filter((words) => words === TURNED_AWAY).length, 45)
  assert.equal(await firstWords(test, port, '127.0.0.2'), GREETING)
  assert.equal(rig.log.filter(({ text }) => text === 'too many connections').length, 45)
})
