/** Handshakes that run side by side are told apart, also where sockets have no addresses. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { TlsGate } from '../../src/server/tls.ts'
import { fakePorts } from '../support/smtp-rig.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { settings } from './tls-house.ts'

const CLIENTS = 8

/** Each client says its number in clear text, waits for the others, and hears inside TLS which number it was. */
async function numbersHeard(test: TestContext, where: ListenOptions): Promise<readonly string[]> {
  const gate = new TlsGate(settings(), fakePorts().log)
  const waiting: (() => void)[] = []
  const server = createServer((plain) => {
    plain.once('data', (number: Buffer) => {
      plain.pause()
      waiting.push(() => gate.secure(plain, (socket) => socket.end(number.toString())))
      plain.write('go')
      if (waiting.length === CLIENTS) for (const begin of waiting.toReversed()) begin()
    })
  })
  server.listen(where)
  await once(server, 'listening')
  test.after(() => server.close())
  const address = server.address()
  const to: NetConnectOpts = typeof address === 'object' ? { port: address?.port ?? 0 } : { path: address }
  return Promise.all(Array.from({ length: CLIENTS }, (_, number) => numberHeard(connect(to), String(number))))
}

async function numberHeard(plain: Socket, number: string): Promise<string> {
  plain.write(number)
  await once(plain, 'data')
  const socket = connectTls({ socket: plain, rejectUnauthorized: false })
  let heard = ''
  socket.on('data', (octets: Buffer) => (heard += octets.toString()))
  await once(socket, 'end')
  socket.destroy()
  return heard
}

const EXPECTED = Array.from({ length: CLIENTS }, (_, number) => String(number))

describe('handshakes side by side', () => {
  it('are told apart over TCP', async (test) => {
    assert.deepEqual(await numbersHeard(test, { port: 0, host: '127.0.0.1' }), EXPECTED)
  })

  it('are told apart over a Unix socket', async (test) => {
    const folder = temporaryDirectory(test)
    assert.deepEqual(await numbersHeard(test, { path: join(folder, 'socket') }), EXPECTED)
  })
})
