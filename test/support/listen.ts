/** Servers of one test file on loopback, each ended with its connections after its test. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import { afterEach } from 'node:test'

const open = new Map<Server, Set<{ destroy(): unknown }>>()

afterEach(async () => {
  for (const [server, sockets] of open) {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  open.clear()
})

/** The port. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): unknown }>()
  open.set(server, sockets)
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}
