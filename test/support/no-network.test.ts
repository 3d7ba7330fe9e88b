/** The tripwire: what it refuses, what it lets through, and that a swallowed refusal still fails the process. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { isLoopback, isTestServer, TRIPWIRE } from './no-network.ts'

/** Addresses of TEST-NET-1 and the documentation prefix, so a broken guard reaches nobody. */
const REFUSED = {
  'net.connect to an address': `import { connect } from 'node:net'; connect(25, '192.0.2.1')`,
  'net.connect with options': `import net from 'node:net'; net.connect({ port: 25, host: '2001:db8::1' })`,
  'net.connect to a name': `import net from 'node:net'; net.connect({ port: 25, host: 'mx.example.org' })`,
  'a socket of its own': `import net from 'node:net'; new net.Socket().connect(25, '192.0.2.1')`,
  'tls.connect': `import tls from 'node:tls'; tls.connect({ port: 465, host: '192.0.2.1' })`,
  'an HTTP request': `import http from 'node:http'; http.get('http://192.0.2.1/')`,
  'a swallowed fetch': `await fetch('http://192.0.2.1/').catch(() => {})`,
  'a datagram': `import dgram from 'node:dgram'; dgram.createSocket('udp4').send('x', 53, '192.0.2.1')`,
  'a part of a datagram': `import dgram from 'node:dgram'; dgram.createSocket('udp4').send('xx', 0, 1, 53, '192.0.2.1')`,
  'a connected datagram socket': `import dgram from 'node:dgram'; dgram.createSocket('udp4').connect(53, '192.0.2.1')`,
  'the default resolver': `import { resolve4 } from 'node:dns/promises'; await resolve4('example.org').catch(() => {})`,
  'the default resolver with a callback': `import dns from 'node:dns'; dns.resolveMx('example.org', () => {})`,
  'a resolver of its own': `import { Resolver } from 'node:dns'; new Resolver().resolveTxt('example.org', () => {})`,
  'a resolver somewhere else': `import { promises } from 'node:dns'; const r = new promises.Resolver();
    r.setServers(['192.0.2.1:5353']); await r.reverse('192.0.2.7').catch(() => {})`,
  'a look-up by the system': `import { lookup } from 'node:dns'; lookup('example.org', () => {})`,
  'a name by the system': `import { lookupService } from 'node:dns'; lookupService('192.0.2.1', 25, () => {})`,
}

function run(code: string): { status: number | null; stderr: string } {
  const flags = [...TRIPWIRE, '--input-type=module', '--eval']
  return spawnSync(process.execPath, [...flags, code], { encoding: 'utf8', timeout: 30_000 })
}

describe('the tripwire refuses', () => {
  for (const [what, code] of Object.entries(REFUSED)) {
    it(what, () => {
      const { status, stderr } = run(code)
      assert.match(stderr, /NetworkAccessError: A test may only talk to this machine/)
      assert.equal(status, 1)
    })
  }
})

describe('the tripwire lets through', () => {
  it('a process that stays at home', () => {
    assert.deepEqual([run('').status, run('').stderr], [0, ''])
  })

  it('a connection to this machine, by address and by name', async () => {
    const server = createServer((socket) => socket.end()).listen(0)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const host of ['127.0.0.1', 'localhost']) {
      const client = connect(port, host).resume()
      await once(client, 'close')
    }
    server.close()
  })

  it('a resolver that a test has put on loopback', async () => {
    const server = dgram.createSocket('udp4', (query, from) => server.send(nameError(query), from.port, from.address))
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    const resolver = new Resolver()
    resolver.setServers([`127.0.0.1:${server.address().port}`])
    await assert.rejects(resolver.resolve4('example.org'), { code: 'ENOTFOUND' })
    server.close()
  })
})

/** The answer NXDOMAIN (RFC 1035 section 4.1.1) to a query: its own octets with the flags set. */
function nameError(query: Buffer): Buffer {
  const answer = Buffer.from(query)
  answer.writeUInt16BE(0x8183, 2)
  return answer
}

it('knows which hosts are this machine', () => {
  const own = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', 'localhost', 'mx.localhost', '0.0.0.0', '::']
  const foreign = ['192.0.2.1', '::2', '::ffff:192.0.2.1', 'localhost.example', 'example.org', '']
  assert.deepEqual(
    own.filter((host) => !isLoopback(host)),
    [],
  )
  assert.deepEqual(foreign.filter(isLoopback), [])
})

it('knows which resolvers are a test’s own', () => {
  assert.deepEqual(
    ['127.0.0.1:5353', '[::1]:5353'].filter((server) => !isTestServer(server)),
    [],
  )
  assert.deepEqual(['192.0.2.1', '192.0.2.1:5353', '[2001:db8::1]:53', '2001:db8::1'].filter(isTestServer), [])
})
