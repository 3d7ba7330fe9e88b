/** How a server ends: nothing is lost, nobody is kept waiting for ever. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { attach } from '../../src/attach/index.ts'
import { verdict } from '../../src/core/verdict.ts'
import { listen } from '../../src/server/listening.ts'
import { Sessions } from '../../src/server/sessions.ts'
import { smtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { ACCEPTING, counter, fakeEntropy, fakePorts } from '../support/smtp-rig.ts'
import { greeted, house, inContent, MX, siteOf } from './house.ts'

describe('the end', () => {
  it('sends idle clients away and waits for a transaction', async (test) => {
    const rig = await house(test, { policy: ACCEPTING })
    const [idle, busy] = [await greeted(rig), await inContent(rig)]
    const closed = rig.server.close({ grace: 30 })
    assert.equal(await idle.rest(), '421 4.3.2 Shutting down, try again later\r\n')
    await assert.rejects(rig.client().hear('220'), /hung up/)
    busy.say('Subject: hi\r\n.\r\n')
    assert.equal(await busy.rest(), '250 2.0.0 Queued\r\n421 4.3.2 Shutting down, try again later\r\n')
    await closed
    assert.deepEqual([rig.server.connections(), rig.clock.pending()], [0, 0])
  })

  it('does not wait for ever', async (test) => {
    const rig = await house(test, { policy: ACCEPTING })
    const client = await inContent(rig)
    client.say('Subject: hi\r\n')
    const closed = rig.server.close({ grace: 30 })
    rig.clock.advance(29_999)
    assert.equal(rig.server.connections(), 1)
    rig.clock.advance(1)
    assert.equal(await client.rest(), '421 4.3.2 Shutting down, try again later\r\n')
    await closed
    assert.equal(rig.contexts.at(-1)?.hook, 'post_connection')
  })

  it('waits for a delivery that is under way, and for the last hook', async (test) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof verdict>>()
    const rig = await house(test, { policy: { ...ACCEPTING, queue: () => promise } })
    const client = await inContent(rig)
    client.say('.\r\n')
    while (rig.contexts.at(-1)?.hook !== 'queue') await immediate()
    const closed = rig.server.close({ grace: 30 })
    resolve(verdict('OK'))
    assert.equal(await client.rest(), '250 2.0.0 Queued\r\n421 4.3.2 Shutting down, try again later\r\n')
    await closed
    assert.equal(rig.contexts.at(-1)?.hook, 'post_connection')
  })

  it('does not linger for a client it had stopped reading from', async (test) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof verdict>>()
    const rig = await house(test, { policy: { noop: () => promise } })
    const client = await greeted(rig)
    client.say('NOOP\r\n')
    while (rig.contexts.at(-1)?.hook !== 'noop') await immediate()
    client.say('HELP\r\n'.repeat(50_000))
    for (let turn = 0; turn < 50; turn += 1) await immediate()
    const closed = rig.server.close({ grace: 30 })
    rig.clock.advance(30_000)
    resolve(verdict('OK'))
    assert.equal(await client.rest(), '421 4.3.2 Shutting down, try again later\r\n')
    await closed
  })

  it('comes sooner when asked again', async (test) => {
    const rig = await house(test, { policy: ACCEPTING })
    const client = await inContent(rig)
    const closed = rig.server.close({ grace: 30 })
    await Promise.all([rig.server.close({ grace: 0 }), Promise.resolve(rig.clock.advance(0)), closed])
    assert.equal(await client.rest(), '421 4.3.2 Shutting down, try again later\r\n')
  })

  it('is told to whoever was still let in', async (test) => {
    const ports = fakePorts()
    const dispatchFor = (): never => assert.fail('no session begins')
    const sessions = new Sessions({
      site: () => siteOf({}),
      dispatchFor,
      ports,
      entropy: fakeEntropy(),
      attach,
      newId: counter('i'),
      env: new Map(),
    })
    const server = createServer((socket) => sessions.accept(socket, 'mx'))
    test.after(() => server.close())
    await sessions.end(0)
    const { port } = await listen(server, MX, ports)
    assert.equal(await smtpClient(port).rest(), '421 4.3.2 Shutting down, try again later\r\n')
  })
})
