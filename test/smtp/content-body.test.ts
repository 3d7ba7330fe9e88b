/** The body of a message: in memory as far as it may be, in a file beyond, and the same octets wherever they are. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ContentBody } from '../../src/smtp/content/body.ts'
import { fakeSpool } from '../support/fake-spool.ts'

async function octetsOf(body: ContentBody): Promise<Buffer> {
  const blocks: Uint8Array[] = []
  for await (const block of body.read()) blocks.push(block)
  return Buffer.concat(blocks)
}

describe('the body of a message', () => {
  it('is what was appended, in order, however much of it is in the file', async () => {
    const piece = fc.nat(200_000).map((length) => Buffer.alloc(length, String(length)))
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.nat(200_000), async (pieces, threshold) => {
        const spool = fakeSpool()
        const body = new ContentBody(spool.begin(), threshold)
        for (const octets of pieces) {
          body.append(octets, 0, octets.length)
          if (body.isFull) await body.flush()
        }
        const whole = Buffer.concat(pieces)
        assert.equal(body.length, whole.length)
        assert.ok(whole.equals(await octetsOf(body)))
        assert.ok(body.head(threshold).equals(whole.subarray(0, threshold)))
        assert.ok(spool.stored() <= Math.max(0, whole.length - threshold))
      }),
      { numRuns: 60 },
    )
  })

  it('keeps no more in memory than it may, and one block', async () => {
    const spool = fakeSpool()
    const body = new ContentBody(spool.begin(), 1000)
    for (let count = 0; count < 100; count += 1) {
      body.append(Buffer.alloc(10_000), 0, 10_000)
      if (body.isFull) await body.flush()
      assert.ok(body.length - spool.stored() <= 1000 + 65_536 + 10_000)
    }
  })

  it('needs no file when it is small', () => {
    const spool = fakeSpool()
    const body = new ContentBody(spool.begin(), 1000)
    body.append(Buffer.alloc(1000), 0, 1000)
    assert.equal(body.isFull, false)
    assert.equal(spool.files(), 0)
    assert.ok(Symbol.iterator in body.read())
  })

  it('says when there is no room', async () => {
    const body = new ContentBody(fakeSpool({ room: 100_000 }).begin(), 0)
    body.append(Buffer.alloc(90_000), 0, 90_000)
    await body.flush()
    body.append(Buffer.alloc(90_000), 0, 90_000)
    await assert.rejects(body.flush(), /ENOSPC/)
  })
})
