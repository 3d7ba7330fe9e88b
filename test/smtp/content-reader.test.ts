/** The content of a message: where it ends, what it holds, however the stream is cut (RFC 5321 sections 4.1.1.4 and 4.5.2). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type ContentEvent, type ContentLimit, ContentReader } from '../../src/smtp/content-reader.ts'

const LIMITS: Record<ContentLimit, number> = { message_size: 60, header_size: 40, text_line_length: 25 }
const WIDE: Record<ContentLimit, number> = { message_size: 1e9, header_size: 1e9, text_line_length: 1e9 }

interface Result {
  /** `end`, `violation`, or `open` when more is needed. */
  readonly outcome: string
  readonly exceeded?: ContentLimit | undefined
  readonly content?: string
  /** Octets read. */
  readonly used?: number
}

/** Feeds the pieces one after the other, each until it is used up. */
function read(pieces: readonly string[], limits: Record<ContentLimit, number>): Result {
  const reader = new ContentReader(limits)
  let used = 0
  for (const piece of pieces) {
    let rest = Buffer.from(piece, 'latin1')
    while (rest.length > 0) {
      const progress = reader.read(rest)
      used += progress.used
      rest = rest.subarray(progress.used)
      const result = resultOf(reader, progress.event, used)
      if (result) return result
    }
  }
  return { outcome: 'open' }
}

function resultOf(reader: ContentReader, event: ContentEvent | undefined, used: number): Result | undefined {
  if (event?.kind === 'violation') return { outcome: 'violation', used }
  if (event?.kind !== 'end') return undefined
  if (event.exceeded) return { outcome: 'end', exceeded: event.exceeded, used }
  const [header, body] = [reader.header, reader.body].map((store) => Buffer.concat(store.read()).toString('latin1'))
  return { outcome: 'end', exceeded: undefined, content: `${header}${reader.hasSeparator ? '\r\n' : ''}${body}`, used }
}

/** The same by string functions on the whole stream. */
function naive(stream: string, limits: Record<ContentLimit, number>): Result {
  const atStart = `\r\n${stream}`
  const end = atStart.indexOf('\r\n.\r\n')
  const bare = atStart.search(/\r[^\n]|(?<!\r)\n/)
  if (bare >= 0 && (end < 0 || bare < end)) {
    return { outcome: 'violation', used: bare - 2 + (atStart[bare] === '\r' ? 2 : 1) }
  }
  if (end < 0) return { outcome: 'open' }
  const content = atStart
    .slice(0, end + 2)
    .replaceAll('\r\n.', '\r\n')
    .slice(2)
  const exceeded = exceededBy(content, limits)
  return { outcome: 'end', exceeded, used: end + 3, ...(exceeded === undefined && { content }) }
}

function exceededBy(content: string, limits: Record<ContentLimit, number>): ContentLimit | undefined {
  const header = content.startsWith('\r\n') ? 0 : content.indexOf('\r\n\r\n')
  if (content.length > limits.message_size) return 'message_size'
  if ((header < 0 ? content.length : header === 0 ? 0 : header + 2) > limits.header_size) return 'header_size'
  const longest = Math.max(...content.split('\r\n').map((line) => line.length + 2))
  return content !== '' && longest > limits.text_line_length ? 'text_line_length' : undefined
}

const TOKENS = [
  '\r',
  '\n',
  '.',
  '..',
  'a',
  'Ab: c',
  '\r\n',
  '\r\n',
  '\r\n',
  '\r\n.',
  '\r\n.\r\n',
  '\0',
  ' ',
  '\xff',
  '12345678901234567890',
]
const stream = fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 }).map((tokens) => `${tokens.join('')}`)
const tame = fc
  .array(fc.constantFrom(...TOKENS.filter((token) => !/^[\r\n]$/.test(token))), { maxLength: 12 })
  .map((tokens) => `${tokens.join('')}\r\n.\r\nQUIT\r\n`)
const cuts = fc.array(fc.nat(80), { maxLength: 6 })

function cutAt(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.map((place) => Math.min(place, text.length)).toSorted((a, b) => a - b), text.length]
  return sorted.slice(1).map((place, index) => text.slice(sorted[index], place))
}

describe('content', () => {
  it('is what a naive reading of the whole stream says, at every cut', () => {
    fc.assert(
      fc.property(fc.oneof(stream, tame), cuts, (text, places) => {
        assert.deepEqual(read(cutAt(text, places), WIDE), naive(text, WIDE))
        assert.deepEqual(read(cutAt(text, places), LIMITS), naive(text, LIMITS))
      }),
      { numRuns: 3000 },
    )
  })

  it('is over at the first CRLF.CRLF, and the rest is not touched', () => {
    assert.deepEqual(read(['a\r\n.\r\nQUIT\r\n'], WIDE), {
      outcome: 'end',
      exceeded: undefined,
      content: 'a\r\n',
      used: 6,
    })
  })

  it('may be empty', () => {
    assert.deepEqual(read(['.\r\n'], WIDE), { outcome: 'end', exceeded: undefined, content: '', used: 3 })
  })

  it('loses the first dot of a line, whatever follows it', () => {
    assert.equal(read(['..\r\n.a\r\n...\r\n. \r\n.\r\n'], WIDE).content, '.\r\na\r\n..\r\n \r\n')
  })

  it('keeps NUL and octets above 127', () => {
    assert.equal(read(['a\0\xff\r\n.\r\n'], WIDE).content, 'a\0\xff\r\n')
  })

  it('may be exactly as large as its limits', () => {
    const line = `${'a'.repeat(23)}\r\n`
    const text = `${line}b:\r\n\r\n${'c'.repeat(23)}\r\n123\r\n.\r\n`
    assert.equal(read([text], { message_size: 61, header_size: 29, text_line_length: 25 }).exceeded, undefined)
    assert.equal(read([text], { message_size: 60, header_size: 29, text_line_length: 25 }).exceeded, 'message_size')
    assert.equal(read([text], { message_size: 61, header_size: 28, text_line_length: 25 }).exceeded, 'header_size')
    assert.equal(read([text], { message_size: 61, header_size: 29, text_line_length: 24 }).exceeded, 'text_line_length')
  })

  it('is not kept beyond its limit', () => {
    const reader = new ContentReader({ ...WIDE, message_size: 100_000 })
    const piece = Buffer.from(`${'a'.repeat(998)}\r\n`)
    for (let count = 0; count < 1000; count += 1) {
      reader.read(piece)
      assert.ok(reader.header.length + reader.body.length <= 100_000)
    }
    assert.equal(reader.header.length + reader.body.length, 0)
    assert.deepEqual(reader.read(Buffer.from('.\r\n')).event, { kind: 'end', exceeded: 'message_size' })
  })

  it('says when the header section ends, before the body has arrived', () => {
    const reader = new ContentReader(WIDE)
    assert.deepEqual(reader.read(Buffer.from('A: b\r\n\r\nbody')), { used: 8, event: { kind: 'header' } })
    assert.equal(reader.header.head(100).toString(), 'A: b\r\n')
    assert.deepEqual(reader.read(Buffer.from('\r\n\r\n.\r\n')).event, { kind: 'end', exceeded: undefined })
  })
})
