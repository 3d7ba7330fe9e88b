/** Listening on a unix socket: rights, what others have left there, and sessions that come from loopback. */
import assert from 'node:assert/strict'
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Listener } from '../../src/core/site.ts'
import { serve, siteFolder } from '../support/served-site.ts'
import { clientOver, type SmtpClient } from '../support/smtp-client.ts'
import { ACCEPTING } from '../support/smtp-rig.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { GREETING, type House, house } from './house.ts'

function pathFor(test: TestContext): string {
  const directory = temporaryDirectory(test)
  return join(directory, 'smtp.sock')
}

function listenerAt(path: string, permissions = 0o660): Listener {
  return { name: 'local', address: '127.0.0.1', port: 0, unix: { path, permissions } }
}

function connected(path: string): SmtpClient {
  return clientOver(createConnection({ path }))
}

async function localHouse(test: TestContext, path: string): Promise<{ rig: House; client: SmtpClient }> {
  const rig = await house(test, { policy: ACCEPTING, listeners: [listenerAt(path)] })
  const client = rig.keep(connected(path))
  await client.hear(GREETING)
  return { rig, client }
}

describe('a unix socket', () => {
  it('has the rights it was given, from the first moment anybody can connect', async (test) => {
    const path = pathFor(test)
    await house(test, { listeners: [listenerAt(path, 0o600)] })
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.ok(statSync(path).isSocket())
  })

  it('serves sessions whose client counts as coming from loopback', async (test) => {
    const { rig, client } = await localHouse(test, pathFor(test))
    client.say('HELO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<r@example.org>\r\nDATA\r\n')
    await client.hear('354 Go ahead; end with a dot on a line of its own\r\n')
    client.say('A: b\r\n\r\n.\r\n')
    await client.hear('250 2.0.0 Queued\r\n')
    const connection = rig.contexts[0]?.connection
    assert.deepEqual(connection?.remote, { ip: '127.0.0.1', port: 0 })
    assert.equal(connection?.listener, 'local')
  })

  it('is taken away at the end', async (test) => {
    const path = pathFor(test)
    const { rig } = await localHouse(test, path)
    await rig.server.close({ grace: 0 })
    assert.equal(existsSync(path), false)
  })

  it('takes the place of one that nobody listens on any more', async (test) => {
    const path = pathFor(test)
    const dead = createServer().listen(path)
    // Node takes the file away when it closes, as a process that is killed does not.
    const kept = `${path}.kept`
    await new Promise((resolve) => dead.on('listening', resolve))
    renameSync(path, kept)
    await new Promise((resolve) => dead.close(resolve))
    renameSync(kept, path)
    await localHouse(test, path)
  })

  it('does not take the place of one that is served, nor of another file', async (test) => {
    const path = pathFor(test)
    await localHouse(test, path)
    const again = house(test, { listeners: [listenerAt(path)] })
    await assert.rejects(again, /^Error: Cannot listen on .*smtp\.sock: another process listens there$/)
    const file = join(path, '..', 'notes.txt')
    writeFileSync(file, 'mine')
    await assert.rejects(
      house(test, { listeners: [listenerAt(file)] }),
      /notes\.txt: there is a file that is no socket$/,
    )
    assert.ok(existsSync(file))
  })

  it('cannot lie in a directory that is not there', async (test) => {
    const path = join(pathFor(test), 'smtp.sock')
    await assert.rejects(
      house(test, { listeners: [listenerAt(path)] }),
      /^Error: Cannot listen on .*: there is no directory .*smtp\.sock$/,
    )
  })
})

for (const workers of [1, 2])
  it(`is served by ${workers} processes`, async (test) => {
    const listen = '{ name: mx, port: 0 }, { name: local, path: local.sock, protocol: lmtp }'
    const site = siteFolder(test, { listen, more: [`workers: ${workers}`] })
    const served = await serve(test, site)
    await served.says(/local listens on .*local\.sock/)
    const client = connected(site.path('local.sock'))
    test.after(() => client.socket.destroy())
    await client.hear('220 mx.example.org LMTP Postern ready\r\n')
    client.say('LHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n')
    await client.hear('354 Go ahead; end with a dot on a line of its own\r\n')
    client.say('A: b\r\n\r\n.\r\n')
    assert.match(await client.hear('\r\n'), /^250 2\.0\.0 Queued/)
  })
