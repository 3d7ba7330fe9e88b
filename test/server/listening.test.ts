/** A listening socket that cannot accept rests, and accepts again. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { listen } from '../../src/server/listening.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakePorts, type LogLine } from '../support/smtp-rig.ts'
import { smtpClient } from '../support/smtp-client.ts'

const LISTENER = { name: 'mx', address: '127.0.0.1', port: 0 }

function greeter(test: TestContext): Server {
  const server = createServer((socket) => socket.end('hello'))
  test.after(() => server.close())
  return server
}

function outOfFiles(): Error {
  return Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' })
}

describe('a listening socket', () => {
  it('says where it listens', async (test) => {
    const listening = await listen(greeter(test), LISTENER, fakePorts())
    assert.deepEqual([listening.name, listening.address, listening.port > 0], ['mx', '127.0.0.1', true])
    assert.equal(await smtpClient(listening.port).rest(), 'hello')
  })

  it('that cannot be had is refused with a plain sentence', async (test) => {
    const { port } = await listen(greeter(test), LISTENER, fakePorts())
    await assert.rejects(listen(greeter(test), { ...LISTENER, port }, fakePorts()), {
      message: new RegExp(`^Cannot listen on 127.0.0.1 port ${port}: .*EADDRINUSE`),
    })
  })

  it('rests after a failure, says so, and accepts again on the same port', async (test) => {
    const [clock, log]: [ReturnType<typeof fakeClock>, LogLine[]] = [fakeClock(), []]
    const server = greeter(test)
    const { port } = await listen(server, LISTENER, fakePorts({ clock, log }))
    server.emit('error', outOfFiles())
    assert.equal(server.listening, false)
    assert.deepEqual(log, [
      { level: 'error', fields: { listener: 'mx', because: 'accept EMFILE' }, text: 'cannot accept connections' },
    ])
    clock.advance(999)
    assert.equal(server.listening, false)
    clock.advance(1)
    await once(server, 'listening')
    assert.equal(await smtpClient(port).rest(), 'hello')
  })

  it('stays closed when it was stopped while it rested', async (test) => {
    const clock = fakeClock()
    const server = greeter(test)
    const listening = await listen(server, LISTENER, fakePorts({ clock }))
    server.emit('error', outOfFiles())
    listening.stop()
    clock.advance(10_000)
    assert.deepEqual([server.listening, clock.pending()], [false, 0])
  })
})
