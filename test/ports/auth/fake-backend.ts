/**
 * A backend made of a script, on loopback or a Unix socket: waits for an ending, answers, and so on.
 *
 *     await fakeBackend([['', '* OK ready\r\n'], ['\r\n', CLOSE]])
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterEach } from 'node:test'
import { CLOSE, HANG } from '../../support/smtp-sink.ts'

export { CLOSE, HANG }

type Octets = string | Buffer
export type Script = readonly (readonly [ending: Octets, answer: Octets | typeof CLOSE | typeof HANG])[]

export interface FakeBackend {
  readonly port: number
  /** Everything that came, all connections together. */
  heard(): string
  connections(): number
  /** Resolves when a connection has come. */
  readonly reached: Promise<void>
  /** Resolves when every connection has ended. */
  idle(): Promise<void>
}

const open: (() => Promise<void>)[] = []
afterEach(() => Promise.all(open.splice(0).map((close) => close())))

export async function fakeBackend(script: Script, path?: string): Promise<FakeBackend> {
  const sockets = new Set<Socket>()
  const reached = Promise.withResolvers<void>()
  let heard = ''
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    play(script, socket, (octets) => (heard += octets.toString()))
    reached.resolve()
  })
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  open.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    heard: () => heard,
    connections: () => connections,
    reached: reached.promise,
    idle: async () => void (await Promise.all([...sockets].map(closed))),
  }
}

/** `once` would stumble over the error of a connection that was cut. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

function play(script: Script, socket: Socket, note: (octets: Buffer) => void): void {
  const steps = [...script]
  let waiting: Buffer = Buffer.alloc(0)
  const advance = (): void => {
    for (let [step] = steps; step && endsWith(waiting, Buffer.from(step[0])); [step] = steps) {
      steps.shift()
      waiting = Buffer.alloc(0)
      if (step[1] === CLOSE) socket.destroy()
      else if (step[1] !== HANG) socket.write(step[1])
    }
  }
  socket.on('data', (octets: Buffer) => {
    note(octets)
    waiting = Buffer.concat([waiting, octets])
    advance()
  })
  advance()
}

function endsWith(octets: Buffer, ending: Buffer): boolean {
  return octets.length >= ending.length && octets.subarray(octets.length - ending.length).equals(ending)
}
