/** Commands out of octets: CRLF and nothing else ends a line, too long is said once, memory stays bounded. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type CommandEvent, CommandReader } from '../../src/smtp/command-reader.ts'

/** All events until the stream is used up or must not be read on. */
function events(pieces: readonly string[], limit = 16): CommandEvent[] {
  const reader = new CommandReader(limit)
  const seen: CommandEvent[] = []
  for (const piece of pieces) {
    let rest = Buffer.from(piece, 'latin1')
    while (rest.length > 0) {
      const { used, event } = reader.read(rest)
      rest = rest.subarray(used)
      if (event) seen.push(event)
      if (event && event.kind !== 'line' && event.kind !== 'too_long') return seen
    }
  }
  return seen
}

function naive(stream: string, limit = 16): CommandEvent[] {
  const seen: CommandEvent[] = []
  for (const [line] of stream.matchAll(/[^\r\n\0]*(?:\r\n|\r[^]|\n|\0)/g)) {
    if (!line.endsWith('\r\n') || line.length < 2) return [...seen, { kind: 'violation' }]
    seen.push(line.length > limit ? { kind: 'too_long' } : { kind: 'line', text: line.slice(0, -2) })
  }
  return seen
}

describe('commands', () => {
  it('are what a naive reading of the whole stream says, octet by octet and whole', () => {
    const tokens = ['\r', '\n', '\0', '\r\n', '\r\n', 'NOOP', ' ', '\xff', 'a'.repeat(14), 'b'.repeat(15)]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 12 }), (parts) => {
        const stream = parts.join('')
        assert.deepEqual(events([stream]), naive(stream))
        assert.deepEqual(events([...stream]), naive(stream))
        assert.deepEqual(events(parts), naive(stream))
      }),
      { numRuns: 2000 },
    )
  })

  it('without end are given up at the same octet, however they come', () => {
    for (const [length, last] of [
      [1023, 'too_long'],
      [1024, 'endless'],
    ] as const) {
      const stream = `${'x'.repeat(length - 1)}\r\nNOOP\r\n`
      assert.equal(events([stream])[0]?.kind, last, `${length} at once`)
      assert.equal(events([...stream])[0]?.kind, last, `${length} in octets`)
    }
  })

  it('of 48 MiB without CRLF are given up long before', () => {
    const reader = new CommandReader(2048)
    const piece = Buffer.alloc(65536, 'x')
    const seen = Array.from({ length: 768 }, () => reader.read(piece).event?.kind)
    assert.ok(seen.indexOf('endless') <= 2)
  })
})
