/** Octets of a message: what goes in comes out, in few blocks even when it comes in one octet at a time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { OctetStore } from '../../src/smtp/content/octet-store.ts'

describe('an octet store', () => {
  it('holds what was appended, in order', () => {
    const piece = fc.uint8Array({ maxLength: 3000 }).map((octets) => Buffer.from(octets))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(9000), (pieces, wanted) => {
        const store = new OctetStore()
        for (const octets of pieces) store.append(octets, 0, octets.length)
        const whole = Buffer.concat(pieces)
        assert.equal(store.length, whole.length)
        assert.deepEqual(Buffer.concat(store.read()), whole)
        assert.deepEqual(store.head(wanted), whole.subarray(0, wanted))
      }),
    )
  })

  it('appends a part of a chunk, and does not see later changes of it', () => {
    const store = new OctetStore()
    const chunk = Buffer.from('abcdef')
    store.append(chunk, 1, 4)
    chunk.fill('x')
    assert.equal(store.head(10).toString(), 'bcd')
  })

  it('needs few blocks for many single octets', () => {
    const store = new OctetStore()
    const octet = Buffer.from('a')
    for (let count = 0; count < 300_000; count += 1) store.append(octet, 0, 1)
    assert.ok(store.read().length < 15, `${store.read().length} blocks`)
  })

  it('is empty after clear', () => {
    const store = new OctetStore()
    store.append(Buffer.from('abc'), 0, 3)
    store.clear()
    store.append(Buffer.from('de'), 0, 2)
    assert.deepEqual([store.length, store.head(5).toString()], [2, 'de'])
  })
})
