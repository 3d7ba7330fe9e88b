/** Lists in Redis: which keys count, and many who wait for one connection. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { freePort } from '../../support/free-port.ts'
import { noRedis, startRedis, tlsFile } from '../../support/real/servers.ts'
import { sourceAt } from './world.ts'

describe('the URL of a list in Redis', () => {
  for (const place of ['', '#timeout=1s', '#prefix=a:&hash=b', '#hash=a&set=b'])
    it(`redis://localhost${place} does not say which keys are meant`, () =>
      assert.throws(() => sourceAt(`redis://localhost${place}`), /one of `prefix`, `hash` and `set`/))

  for (const place of ['prefix=', 'prefix=listed:', 'hash=listed', 'set=listed&timeout=1s'])
    it(`redis://localhost#${place} does`, () => sourceAt(`redis://localhost#${place}`).close())
})

it('a hundred questions wait for one connection, and are told alike when it breaks', async (context) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => setImmediate(() => socket.destroy()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const place = server.address()
  assert.ok(place !== null && typeof place === 'object')
  const warned: string[] = []
  const listen = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', listen)
  const source = sourceAt(`redis://127.0.0.1:${place.port}#set=listed`)
  context.after(async () => {
    process.off('warning', listen)
    await source.close()
    server.close()
  })
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => source.lookup(`user${n}@example.org`)))
  assert.deepEqual(new Set(answers.map(({ kind }) => kind)), new Set(['failed']))
  assert.deepEqual(warned, [])
})

describe('a Redis server that speaks TLS', { skip: noRedis }, () => {
  it('is believed when the authority that is named vouches for it', async (context) => {
    const port = await freePort()
    const files = ['--tls-cert-file', tlsFile('server.pem'), '--tls-key-file', tlsFile('server.key')]
    const tls = ['--tls-port', String(port), '--tls-auth-clients', 'no', ...files]
    const server = await startRedis(await freePort(), tls)
    context.after(() => server.stop())
    const ask = async (more: string): Promise<string> => {
      const source = sourceAt(`rediss://localhost:${port}#set=listed${more}`)
      const { kind } = await source.lookup('user@example.org')
      await source.close()
      return kind
    }
    assert.equal(await ask(`&ca_file=${tlsFile('ca.pem')}`), 'none')
    assert.equal(await ask(''), 'failed')
  })

  it('has no authority without TLS', () =>
    assert.throws(() => sourceAt('redis://localhost#set=listed&ca_file=ca.pem'), /`ca_file` is for `rediss:/))
})
