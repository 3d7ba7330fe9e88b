import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { P0fQuestion } from '../../src/core/ports.ts'
import { openP0f } from '../../src/ports/p0f.ts'
import { systemClock } from '../../src/ports/system-clock.ts'
import { fakeClock } from '../support/fake-clock.ts'

/** Structures have the byte order of the machine; these tests are written for the usual one. */
const LITTLE = { skip: new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? false : 'this machine is big-endian' }

interface Fake {
  readonly socket: string
  readonly queries: Buffer[]
}

/** Answers every query with these octets; undefined hangs up, `silent` says nothing. */
async function fake(test: TestContext, answer: Buffer | undefined | 'silent'): Promise<Fake> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-p0f-'))
  const socket = join(directory, 'p0f.sock')
  const queries: Buffer[] = []
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => undefined)
    client.on('data', (octets) => {
      queries.push(octets)
      if (answer === undefined) client.destroy()
      else if (answer !== 'silent') client.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  test.after(() => {
    server.close()
    rmSync(directory, { recursive: true })
  })
  return { socket, queries }
}

function question(socket: string, over: Partial<P0fQuestion> = {}): P0fQuestion {
  const [remote, local] = [
    { ip: '192.0.2.7', port: 40_000 },
    { ip: '198.51.100.1', port: 25 },
  ]
  return { socket, version: 3, remote, local, milliseconds: 3000, ...over }
}

/** p0f 3.09 api.h: struct p0f_api_response. */
function answer3(status: number, name = 'Linux', flavour = '3.11 and newer'): Buffer {
  const answer = Buffer.alloc(232)
  answer.writeUInt32LE(0x50304602, 0)
  answer.writeUInt32LE(status, 4)
  answer.writeUInt32LE(150, 20)
  answer.writeInt16LE(7, 36)
  answer.write(name, 40)
  answer.write(flavour, 72)
  answer.write('Ethernet or modem', 168)
  return answer
}

/** p0f 2.0.8 p0f-query.h: struct p0f_response. */
function answer2(type: number): Buffer {
  const answer = Buffer.alloc(141)
  answer.writeUInt32LE(0x0defaced, 0)
  answer.writeUInt8(type, 8)
  answer.write('Windows', 9)
  answer.write('XP SP1+, 2000 SP3', 29)
  answer.writeInt8(12, 69)
  answer.write('pppoe (DSL)', 70)
  answer.writeInt32LE(-1, 137)
  return answer
}

const p0f = openP0f(systemClock())

describe('p0f version 3', LITTLE, () => {
  it('is asked with the address, and its answer read', async (test) => {
    const { socket, queries } = await fake(test, answer3(0x10))
    assert.deepEqual(await p0f.ask(question(socket)), {
      genre: 'Linux 3.11 and newer',
      link: 'Ethernet or modem',
      distance: 7,
      uptime: 2,
    })
    const padding = '00'.repeat(12)
    assert.equal(Buffer.concat(queries).toString('hex'), `01463050${'04'}c0000207${padding}`)
  })

  it('knows IPv6', async (test) => {
    const { socket, queries } = await fake(test, answer3(0x10))
    await p0f.ask(question(socket, { remote: { ip: '2001:db8::7', port: 1 } }))
    assert.equal(Buffer.concat(queries).toString('hex'), '0146305006' + '20010db8000000000000000000000007')
  })

  it('has not seen everybody', async (test) => {
    const { socket } = await fake(test, answer3(0x20))
    assert.equal(await p0f.ask(question(socket)), undefined)
  })

  it('leaves out what it does not know, and what is not printable', async (test) => {
    const { socket } = await fake(test, answer3(0x10, 'Li\rnux', ''))
    assert.equal((await p0f.ask(question(socket)))?.genre, 'Li?nux')
    const nameless = await fake(test, answer3(0x10, '', ''))
    assert.equal((await p0f.ask(question(nameless.socket)))?.genre, undefined)
  })

  it('that did not understand, or is another program, is a fault', async (test) => {
    const bad = await fake(test, answer3(0x00))
    await assert.rejects(p0f.ask(question(bad.socket)), /did not understand/)
    const other = await fake(test, Buffer.alloc(232))
    await assert.rejects(p0f.ask(question(other.socket)), /is not p0f version 3/)
  })
})

describe('p0f version 2', LITTLE, () => {
  it('is asked with both ends of the connection, and its answer read', async (test) => {
    const { socket, queries } = await fake(test, answer2(0))
    assert.deepEqual(await p0f.ask(question(socket, { version: 2 })), {
      genre: 'Windows',
      detail: 'XP SP1+, 2000 SP3',
      link: 'pppoe (DSL)',
      distance: 12,
    })
    assert.equal(Buffer.concat(queries).toString('hex'), 'edacef0d0100000001000000c0000207c6336401409c1900')
  })

  it('has not seen everybody, and may not understand', async (test) => {
    const unseen = await fake(test, answer2(2))
    assert.equal(await p0f.ask(question(unseen.socket, { version: 2 })), undefined)
    const bad = await fake(test, answer2(1))
    await assert.rejects(p0f.ask(question(bad.socket, { version: 2 })), /did not understand/)
  })

  it('knows no IPv6', async () => {
    await assert.rejects(p0f.ask(question('/nowhere', { version: 2, remote: { ip: '::1', port: 1 } })), /no IPv6/)
  })
})

describe('p0f', () => {
  it('that is not there is a fault', () => assert.rejects(p0f.ask(question('/nowhere/p0f.sock')), /cannot be asked/))

  it('that hangs up is a fault', async (test) => {
    const { socket } = await fake(test, undefined)
    await assert.rejects(p0f.ask(question(socket)), /hung up/)
  })

  it('that says nothing is given up in time', async (test) => {
    const { socket } = await fake(test, 'silent')
    const clock = fakeClock()
    const answer = openP0f(clock).ask(question(socket))
    clock.advance(3000)
    await assert.rejects(answer, /did not answer within 3000 ms/)
  })
})
