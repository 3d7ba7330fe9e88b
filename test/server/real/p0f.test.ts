/** p0f itself, listening on loopback: what it says about clients, when it can say it, and what a server makes of it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Fingerprint, P0fQuestion } from '../../../src/core/ports.ts'
import { openP0f } from '../../../src/ports/p0f.ts'
import { PROTOCOLS } from '../../../src/ports/p0f-structures.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { findProgram, needs, type Program, startProgram } from '../../support/real/programs.ts'
import { clientOver } from '../../support/smtp-client.ts'
import { greeted, reply, serve, siteFolder } from '../../support/served-site.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const program = findProgram('p0f')
const skip = needs(program, 'p0f (Debian package p0f)', true)
const socket = join(temporaryDirectory(), 'p0f.sock')
/** No two tests are the same client, so that nobody was seen before. */
const CLIENTS = { seen: '127.80.0.1', crowd: '127.80.0.2', refused: '127.80.0.3', taken: '127.80.0.4' }

let server: Server
let p0f: Program | undefined
let why = ''

async function start(path: string): Promise<void> {
  server = createServer().listen(0, '::')
  await once(server, 'listening')
  try {
    p0f = await startProgram(path, ['-i', 'lo', '-s', socket], { path: socket })
  } catch (fault) {
    why = String(fault)
    if (!/pcap_open_live|permi/i.test(why)) throw fault
  }
}

/** Skips where this machine lets nobody look at packets. */
function isHeard(test: TestContext): boolean {
  if (!p0f) test.skip(`p0f may not listen here: ${why}`)
  return p0f !== undefined
}

/** A client of the server on loopback, accepted this moment. */
async function accepted(test: TestContext, ip: string): Promise<Socket> {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const arrives = once(server, 'connection')
  const client = connect({ port, host: ip.includes(':') ? '::1' : '127.0.0.1', localAddress: ip })
  const [peer] = (await arrives) as [Socket]
  test.after(() => [client, peer].forEach((one) => one.destroy()))
  return client
}

const port = openP0f(systemClock())

function ask(ip: string, over: Partial<P0fQuestion> = {}): Promise<Fingerprint | undefined> {
  const remote = { ip, port: 40_000 }
  return port.ask({ socket, version: 3, remote, local: { ip: '127.0.0.1', port: 25 }, milliseconds: 5000, ...over })
}

describe('p0f', { skip }, () => {
  before(() => (program === undefined ? undefined : start(program)))
  after(async () => {
    await p0f?.stop()
    server.close()
  })

  it('knows the system of a client that was accepted this moment, and how far away it is', async (test) => {
    if (!isHeard(test)) return
    await accepted(test, CLIENTS.seen)
    const seen = await ask(CLIENTS.seen)
    assert.match(seen?.genre ?? '', /^Linux/)
    assert.equal(seen?.distance, 0)
  })

  it('has seen a client of IPv6', async (test) => {
    if (!isHeard(test)) return
    await accepted(test, '::1')
    assert.equal((await ask('::1'))?.distance, 0)
  })

  it('has not seen everybody', async (test) => {
    if (!isHeard(test)) return
    for (const stranger of ['192.0.2.7', '2001:db8::7']) assert.equal(await ask(stranger), undefined)
  })

  it('answers two hundred questions at once, though it takes twenty', async (test) => {
    if (!isHeard(test)) return
    await accepted(test, CLIENTS.crowd)
    for (const seen of await Promise.all(Array.from({ length: 200 }, () => ask(CLIENTS.crowd))))
      assert.match(seen?.genre ?? '', /^Linux/)
  })

  it('says when it does not understand', async (test) => {
    if (!isHeard(test)) return
    const query = PROTOCOLS[3].query({
      socket,
      version: 3,
      remote: { ip: '192.0.2.7', port: 1 },
      local: { ip: '127.0.0.1', port: 25 },
      milliseconds: 1,
    })
    query.writeUInt8(9, 4)
    const client = connect(socket).end(query)
    const [answer] = (await once(client, 'data')) as [Buffer]
    client.destroy()
    assert.throws(() => PROTOCOLS[3].read(answer), /did not understand/)
  })

  it('of version 3 is not taken for version 2', async (test) => {
    if (!isHeard(test)) return
    await assert.rejects(ask('192.0.2.7', { version: 2 }), /is not p0f version 2/)
  })

  it('has systems refused that are listed, and others served', async (test) => {
    if (!isHeard(test)) return
    const site = siteFolder(test, { plugins: [`ident/p0f: { socket: "${socket}" }`] })
    mkdirSync(site.path('lists'))
    for (const [ip, line, wanted] of [
      [CLIENTS.refused, '/^Linux/', /^550 .*OS Blocked/],
      [CLIENTS.taken, 'Windows XP', /^250 /],
    ] as const) {
      site.write('lists/p0f_blocked_operating_systems', `${line}\n`)
      const served = await serve(test, site)
      const client = connect({ port: served.port, host: '127.0.0.1', localAddress: ip })
      test.after(() => client.destroy())
      const session = await greeted(clientOver(client))
      assert.match(await reply(session, 'MAIL FROM:<a@example.net>'), /^250 /)
      assert.match(await reply(session, 'RCPT TO:<x@example.org>'), wanted)
    }
  })
})
