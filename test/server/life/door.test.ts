/** The door: ports are ours before clients are let in, and who waits loses nothing. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { type Door, openDoor } from '../../../src/server/life/door.ts'
import { immediate } from '../../support/immediate.ts'
import { fakePorts } from '../../support/smtp-rig.ts'
import { smtpClient } from '../../support/smtp-client.ts'

const MX = { name: 'mx', address: '127.0.0.1', port: 0 }

async function door(test: TestContext): Promise<Door> {
  const one = await openDoor({ listeners: [MX], ports: fakePorts() })
  test.after(() => one.stop())
  return one
}

describe('a door', () => {
  it('keeps clients waiting until it is opened, and then lets them in with what they have said', async (test) => {
    const held = await door(test)
    const client = smtpClient(held.addresses[0]?.port ?? 0)
    await once(client.socket, 'connect')
    client.say('early')
    await immediate()
    held.open((socket, listener) => {
      socket.on('data', (octets) => socket.end(`${listener} heard ${String(octets)}`))
    })
    assert.equal(await client.rest(), 'mx heard early')
  })

  it('survives a client that gives up while it waits', async (test) => {
    const held = await door(test)
    const client = smtpClient(held.addresses[0]?.port ?? 0)
    await once(client.socket, 'connect')
    client.socket.resetAndDestroy()
    await client.rest()
    for (let turn = 0; turn < 10; turn += 1) await immediate()
    const seen: boolean[] = []
    held.open((socket) => seen.push(socket.destroyed))
    assert.ok(seen.every((destroyed) => destroyed))
  })

  it('that is never opened sends them away', async (test) => {
    const held = await door(test)
    const client = smtpClient(held.addresses[0]?.port ?? 0)
    await once(client.socket, 'connect')
    for (let turn = 0; turn < 10; turn += 1) await immediate()
    held.stop()
    assert.equal(await client.rest(), '')
  })

  it('is there for all listeners or for none', async (test) => {
    const other = createServer().listen(0, '127.0.0.1')
    test.after(() => other.close())
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await assert.rejects(openDoor({ listeners: [MX, { ...MX, port }], ports: fakePorts() }), /Cannot listen on/)
  })
})
