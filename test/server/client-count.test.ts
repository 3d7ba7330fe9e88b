/** Limits of connections: in all, and of each client, where an IPv6 client is a /64. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ClientCount } from '../../src/server/client-count.ts'

const LIMITS = { connections: 3, connections_per_client: 2 }

describe('connections are counted', () => {
  it('of each client', () => {
    const count = new ClientCount()
    assert.equal(count.enter('192.0.2.1', LIMITS), undefined)
    assert.equal(count.enter('192.0.2.1', LIMITS), undefined)
    assert.equal(count.enter('192.0.2.1', LIMITS), 'connections_per_client')
    assert.equal(count.enter('192.0.2.2', LIMITS), undefined)
  })

  it('in all', () => {
    const count = new ClientCount()
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) assert.equal(count.enter(ip, LIMITS), undefined)
    assert.equal(count.enter('192.0.2.4', LIMITS), 'connections')
    count.leave('192.0.2.2')
    assert.equal(count.enter('192.0.2.4', LIMITS), undefined)
  })

  it('by /64 in IPv6', () => {
    const count = new ClientCount()
    assert.equal(count.enter('2001:db8::1', LIMITS), undefined)
    assert.equal(count.enter('2001:db8::ffff:1', LIMITS), undefined)
    assert.equal(count.enter('2001:db8:0:0:1::', LIMITS), 'connections_per_client')
    assert.equal(count.enter('2001:db8:0:1::1', LIMITS), undefined)
  })

  it('and nothing is left when all have gone, whatever the order', () => {
    const ip = fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2')
    fc.assert(
      fc.property(fc.array(ip, { maxLength: 20 }), (ips) => {
        const count = new ClientCount()
        const inside = ips.filter((one) => count.enter(one, LIMITS) === undefined)
        assert.equal(count.all, inside.length)
        for (const one of inside.toReversed()) count.leave(one)
        assert.equal(count.all, 0)
        assert.equal(count.enter('192.0.2.1', { connections: 1, connections_per_client: 1 }), undefined)
      }),
    )
  })
})
