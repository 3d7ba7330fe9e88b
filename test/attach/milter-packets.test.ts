/** Packets of the milter protocol as octets, and the texts within them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { packet, type PacketEvent, PacketReader, textsIn } from '../../src/attach/milter/packets.ts'

const LIMIT = 40

function readAll(octets: Buffer, cuts: readonly number[]): readonly string[] {
  const reader = new PacketReader(LIMIT)
  const places = [...cuts.map((cut) => cut % (octets.length + 1)), octets.length].toSorted((a, b) => a - b)
  const events: string[] = []
  let from = 0
  for (const place of places) {
    for (let rest = octets.subarray(from, place); rest.length > 0; ) {
      const { used, event } = reader.read(rest)
      if (event) events.push(shown(event))
      if (event?.kind === 'malformed') return events
      rest = rest.subarray(used)
    }
    from = Math.max(from, place)
  }
  return events
}

function shown(event: PacketEvent): string {
  return event.kind === 'malformed' ? 'malformed' : `${event.command} ${event.data.toString('latin1')}`
}

/** The whole stream at once. */
function naively(octets: Buffer): readonly string[] {
  const found: string[] = []
  for (let at = 0; at + 4 <= octets.length; ) {
    const length = octets.readUInt32BE(at)
    if (length === 0 || length > LIMIT) return [...found, 'malformed']
    if (at + 4 + length > octets.length) return found
    const all = octets.toString('latin1', at + 4, at + 4 + length)
    found.push(`${all.slice(0, 1)} ${all.slice(1)}`)
    at += 4 + length
  }
  return found
}

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: LIMIT - 1 }).map((data) => packet('B', data)) },
  fc.constantFrom('\0\0\0\0', '\0\0\0\x29', '\xff\xff\xff\xff', '\0\0', packet('Q')),
)

describe('packets', () => {
  it('are what a naive reading of the whole stream says, at every cut', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
        fc.array(fc.nat(), { maxLength: 20 }),
        (octets, cuts) => {
          assert.deepEqual(readAll(octets, cuts), naively(octets))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('are known to be too long before what they announce has come', () => {
    const { event } = new PacketReader(LIMIT).read(Buffer.from([0, 0, 0, LIMIT + 1]))
    assert.equal(event?.kind, 'malformed')
  })

  it('keep no more than they may, however slowly they come', () => {
    const reader = new PacketReader(LIMIT)
    const octets = Buffer.from(packet('B', 'x'.repeat(LIMIT - 1)), 'latin1')
    for (const octet of octets.subarray(0, -1)) assert.equal(reader.read(Buffer.from([octet])).event, undefined)
    assert.ok(reader.isPartial)
    assert.equal(reader.read(octets.subarray(-1)).event?.kind, 'packet')
    assert.ok(!reader.isPartial)
  })
})

describe('texts', () => {
  it('end in NUL, the last one too', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', ''))), (all) => {
        const octets = Buffer.from(all.map((text) => `${text}\0`).join(''))
        assert.deepEqual(
          textsIn(octets)?.map((text) => text.toString()),
          all.map((text) => Buffer.from(text).toString()),
        )
        assert.equal(textsIn(Buffer.concat([octets, Buffer.from('x')])), undefined)
      }),
    )
  })
})
