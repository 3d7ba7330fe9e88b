/** Several processes that serve as one. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { greeted, healthPage, house, reply, type Served, serve, siteFolder } from '../../support/served-site.ts'
import type { SmtpClient } from '../../support/smtp-client.ts'

const TRIES = 200

/** A worker tells the process that counts when a session is over, so there may be room only a moment later. */
async function admitted(server: Served): Promise<SmtpClient> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await greeted(server.client())
    } catch (refused) {
      if (tries === TRIES) throw refused
    }
  }
}

describe('workers', () => {
  it('share ports, rules and limits', async (test) => {
    const more = ['workers: 2', 'limits: { connections_per_client: 3 }', 'health: { listen: "127.0.0.1:0" }']
    const site = siteFolder(test, { plugins: ['./house.yaml'], more })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    const clients = [server.client(), server.client(), server.client()]
    for (const client of clients) await greeted(client)
    assert.match(await server.client().rest(), /^421 4\.7\.0 Too many connections/)
    assert.match(await healthPage(server, '/metrics'), /^postern_workers\{worker="0"\} 2$/m)
    site.write('house.yaml', house('new.example'))
    server.child.kill('SIGHUP')
    await server.says(/the site was loaded again/)
    for (const client of clients) assert.match(await reply(client, 'MAIL FROM:<a@old.example>'), /^550 /)
    for (const client of clients) client.say('QUIT\r\n')
    for (const client of clients) await client.rest()
    for (let count = 0; count < 3; count += 1) {
      const client = await admitted(server)
      assert.match(await reply(client, 'MAIL FROM:<a@new.example>'), /^550 /)
      client.say('QUIT\r\n')
      await client.rest()
    }
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, 0)
  })

  it('count the clients of a proxy together', async (test) => {
    const listen = '{ name: mx, port: 0, proxy: { from: [127.0.0.0/8] } }'
    const site = siteFolder(test, { listen, more: ['workers: 2', 'limits: { connections_per_client: 2 }'] })
    const server = await serve(test, site)
    const come = (ip: string): SmtpClient => {
      const client = server.client()
      client.say(`PROXY TCP4 ${ip} 192.0.2.1 40000 25\r\n`)
      return client
    }
    for (const ip of ['192.0.2.7', '192.0.2.8', '192.0.2.7', '192.0.2.8']) await greeted(come(ip))
    assert.match(await come('192.0.2.7').rest(), /^421 4\.7\.0 Too many connections/)
    await greeted(come('192.0.2.9'))
  })

  it('are started again when one falls, and the others go on', async (test) => {
    const site = siteFolder(test, { more: ['workers: 2'], plugins: ['./fall.mjs'] })
    site.write(
      'fall.mjs',
      `export default { name: 'fall', hooks: { noop: () => { setImmediate(() => process.kill(process.pid, 'SIGKILL')) } } }`,
    )
    const server = await serve(test, site)
    const [falling, other] = [await greeted(server.client()), await greeted(server.client())]
    falling.say('NOOP\r\n')
    await falling.rest()
    assert.match(await reply(other, 'MAIL FROM:<a@b.example>'), /^250 /)
    await server.says(/"how":"SIGKILL".*"msg":"a worker ended"/)
    await greeted(server.client())
  })

  it('end with the process that supervises, whatever its end', async (test) => {
    const site = siteFolder(test, { more: ['workers: 2'] })
    const server = await serve(test, site)
    const client = await greeted(server.client())
    server.child.kill('SIGKILL')
    assert.match(await client.rest(), /^421 4\.3\.2 /)
  })
})
