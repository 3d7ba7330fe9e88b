/** Clients are counted over all workers, and go to the one that has the fewest. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openDoor } from '../../../src/server/life/door.ts'
import { Reception } from '../../../src/server/life/reception.ts'
import { WorkerProcess } from '../../../src/server/life/worker-process.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { smtpClient } from '../../support/smtp-client.ts'
import { immediate } from '../../support/immediate.ts'
import { fakePorts, type LogLine } from '../../support/smtp-rig.ts'
import { FakeChild } from './fake-child.ts'

const IGNORED = { message: () => undefined, ended: () => undefined, stuck: () => undefined }

async function reception(
  test: TestContext,
  workers: number,
  limits = { connections: 100, connections_per_client: 50 },
  proxy?: string,
) {
  const children = Array.from({ length: workers }, () => new FakeChild())
  const receivers = children.map((child, index) => new WorkerProcess(index + 1, child, fakeClock(), IGNORED))
  const log: LogLine[] = []
  const one = new Reception({
    receivers: () => receivers,
    limits: () => limits,
    homes: new Map([['local', '127.0.0.1']]),
    clientOf: (listener, ip) => (listener === 'mx' && ip === proxy ? undefined : ip),
    isAttached: (listener) => listener === 'pf',
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
  })
  const root = mkdtempSync(join(tmpdir(), 'postern-reception-'))
  const path = join(root, 'socket')
  const place = { address: '127.0.0.1', port: 0 }
  const listeners = [
    { name: 'mx', ...place },
    { name: 'local', ...place, unix: { path, permissions: 0o600 } },
  ]
  const door = await openDoor({ listeners, handOver: true, ports: fakePorts() })
  door.open((socket, listener) => one.receive(socket, listener))
  const handed = (): number => children.reduce((sum, { sockets }) => sum + sockets.length, 0)
  const clients: ReturnType<typeof smtpClient>[] = []
  /** A client, once it was received. */
  const come = async () => {
    const [before, lines] = [handed(), log.length]
    const client = smtpClient(door.addresses[0]?.port ?? 0)
    clients.push(client)
    await once(client.socket, 'connect')
    while (handed() === before && log.length === lines) await immediate()
    return client
  }
  test.after(() => {
    door.stop()
    for (const { socket } of clients) socket.destroy()
    for (const { sockets } of children) for (const socket of sockets) socket.destroy()
    rmSync(root, { recursive: true })
  })
  return { reception: one, children, receivers, log, come, path }
}

const TOO_MANY = '421 4.7.0 Too many connections, try again later\r\n'

describe('the reception', () => {
  it('counts who comes through a proxy as the client it is, over all workers', async (test) => {
    const limits = { connections: 100, connections_per_client: 2 }
    const { reception: one, come } = await reception(test, 2, limits, '127.0.0.1')
    for (let count = 0; count < 4; count += 1) await come()
    const place = (key: number, ip = '192.0.2.7'): string | undefined => one.announced(key, ip).limit
    assert.deepEqual([place(1), place(2), place(3)], [undefined, undefined, 'connections_per_client'])
    assert.deepEqual(one.announced(4, '192.0.2.8'), { clientSessions: 1 })
    one.left(1)
    assert.equal(place(3), undefined)
    for (const key of [2, 3, 4]) one.left(key)
    assert.equal(one.connections, 0)
    assert.deepEqual(one.announced(9, '192.0.2.7'), {})
  })

  it('counts what comes through a proxy in all only until it is announced', async (test) => {
    const limits = { connections: 3, connections_per_client: 1 }
    const { reception: one, children, come } = await reception(test, 1, limits, '127.0.0.1')
    for (let count = 0; count < 3; count += 1) await come()
    assert.equal(await (await come()).rest(), TOO_MANY)
    for (const key of [1, 2, 3]) one.left(key)
    assert.equal(one.connections, 0)
    assert.equal(children[0]?.sockets.length, 3)
  })

  it('hands each client to the worker that has the fewest', async (test) => {
    const { reception: one, children, come } = await reception(test, 2)
    for (let count = 0; count < 4; count += 1) await come()
    assert.deepEqual(
      children.map(({ sockets }) => sockets.length),
      [2, 2],
    )
    const told = { kind: 'connection', listener: 'mx' } as const
    assert.deepEqual(children[0]?.heard, [
      { ...told, key: 1, clientSessions: 1 },
      { ...told, key: 3, clientSessions: 3 },
    ])
    one.left(1)
    one.left(3)
    await come()
    assert.equal(children[0]?.sockets.length, 3)
    assert.equal(one.connections, 3)
  })

  it('holds the limit of one client over all workers', async (test) => {
    const { reception: one, log, come } = await reception(test, 2, { connections: 100, connections_per_client: 3 })
    for (let count = 0; count < 3; count += 1) await come()
    assert.equal(await (await come()).rest(), TOO_MANY)
    assert.equal(log[0]?.fields['limit'], 'connections_per_client')
    one.left(2)
    await come()
    assert.equal(one.connections, 3)
  })

  it('receives clients of a unix socket, as coming from the address of its listener', async (test) => {
    const limits = { connections: 100, connections_per_client: 1 }
    const { reception: one, children, log, path } = await reception(test, 1, limits)
    const clients = [connect(path), connect(path)]
    while (log.length === 0) await immediate()
    assert.deepEqual(
      [children[0]?.heard[0], one.connections],
      [{ kind: 'connection', key: 1, listener: 'local', clientSessions: 1 }, 1],
    )
    assert.equal(log[0]?.fields['remote_ip'], '127.0.0.1')
    for (const client of clients) client.destroy()
  })

  it('forgets the clients of a worker that ended', async (test) => {
    const { reception: one, receivers, come } = await reception(test, 2)
    for (let count = 0; count < 4; count += 1) await come()
    const [fallen] = receivers
    if (fallen) one.gone(fallen)
    assert.equal(one.connections, 2)
    one.left(1)
    assert.equal(one.connections, 2)
  })

  it('does not count a client that no worker got', async (test) => {
    const { reception: one, children, come } = await reception(test, 1)
    const [child] = children
    if (child) child.fault = new Error('channel closed')
    assert.equal(await (await come()).rest(), '')
    assert.equal(one.connections, 0)
  })

  it('sends clients away while there is no worker', async (test) => {
    const { log, come } = await reception(test, 0)
    assert.equal(await (await come()).rest(), '421 4.3.2 Shutting down, try again later\r\n')
    assert.equal(log[0]?.text, 'there is no worker to take a connection')
  })
})
