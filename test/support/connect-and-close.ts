/** A program that opens connections from 127.0.0.2 and closes each as soon as it is open: PORT COUNT AT_ONCE. */
import { once } from 'node:events'
import { connect } from 'node:net'

const [port = 0, count = 0, atOnce = 1] = process.argv.slice(2).map(Number)

async function connectAndClose(): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
  socket.on('error', () => undefined)
  socket.on('connect', () => socket.destroy())
  await once(socket, 'close')
}

let left = count
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (left > 0) {
      left -= 1
      await connectAndClose()
    }
  }),
)
