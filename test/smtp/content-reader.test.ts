/** The content of a message: where it ends, what it holds, however the stream is cut (RFC 5321 sections 4.1.1.4 and 4.5.2). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ContentBody } from '../../src/smtp/content/body.ts'
import { type ContentEvent, type ContentFault, ContentReader, type Framing } from '../../src/smtp/content/reader.ts'

type ReadLimits = Record<'message_size' | 'header_size' | 'text_line_length', number>

const LIMITS: ReadLimits = { message_size: 60, header_size: 40, text_line_length: 25 }
const WIDE: ReadLimits = { message_size: 1e9, header_size: 1e9, text_line_length: 1e9 }

interface Result {
  /** `end`, `violation`, or `open` when more is needed. */
  readonly outcome: string
  readonly exceeded?: ContentFault | undefined
  readonly content?: string
  /** Octets read. */
  readonly used?: number
}

/** Feeds the pieces one after the other, each until it is used up. */
function read(pieces: readonly string[], limits: ReadLimits): Result {
  const reader = contentReader(limits)
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
  if (reader.fault) return { outcome: 'end', exceeded: reader.fault, used }
  return { outcome: 'end', exceeded: undefined, content: contentOf(reader), used }
}

function contentReader(limits: ReadLimits, framing: Framing = 'dot'): ContentReader {
  return new ContentReader(limits, new ContentBody(undefined, 0), framing)
}

function contentOf({ header, body, hasSeparator }: ContentReader): string {
  const [head, rest] = [Buffer.concat(header.read()), body.head(1e6)].map((octets) => octets.toString('latin1'))
  return `${head}${hasSeparator ? '\r\n' : ''}${rest}`
}

/** The same by string functions on the whole stream. */
function naive(stream: string, limits: ReadLimits): Result {
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

function exceededBy(content: string, limits: ReadLimits): ContentFault | undefined {
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

describe('content in chunks', () => {
  it('is what is in them, or has a bare CR or LF in it, at every cut', () => {
    fc.assert(
      fc.property(fc.oneof(stream, tame), cuts, (text, places) => {
        const reader = contentReader(WIDE, 'chunks')
        for (const piece of cutAt(text, places)) feed(reader, piece)
        reader.finish()
        const hasBare = /\r(?!\n)|(?<!\r)\n/.test(text)
        assert.equal(reader.fault, hasBare ? 'line_ends' : undefined)
        assert.equal(contentOf(reader), hasBare ? (reader.hasSeparator ? '\r\n' : '') : text)
      }),
      { numRuns: 2000 },
    )
  })

  it('may hold any octets after its header section when it is binary', () => {
    fc.assert(
      fc.property(stream, cuts, (text, places) => {
        const reader = contentReader(WIDE, 'binary')
        for (const piece of cutAt(`A: b\r\n\r\n${text}`, places)) feed(reader, piece)
        reader.finish()
        assert.equal(reader.fault, undefined)
        assert.equal(contentOf(reader), `A: b\r\n\r\n${text}`)
      }),
    )
  })

  it('has a limit, binary or not', () => {
    for (const framing of ['chunks', 'binary'] as const) {
      const reader = contentReader({ ...WIDE, message_size: 20 }, framing)
      feed(reader, 'A: b\r\n\r\n0123456789\r\n')
      assert.equal(reader.fault, undefined)
      feed(reader, '\r\n')
      assert.equal(reader.fault, 'message_size')
      assert.equal(reader.body.length, 0)
    }
  })
})

function feed(reader: ContentReader, text: string): void {
  let rest = Buffer.from(text, 'latin1')
  while (rest.length > 0) rest = rest.subarray(reader.read(rest).used)
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
    const reader = contentReader({ ...WIDE, message_size: 100_000 })
    const piece = Buffer.from(`${'a'.repeat(998)}\r\n`)
    for (let count = 0; count < 1000; count += 1) {
      reader.read(piece)
      assert.ok(reader.header.length + reader.body.length <= 100_000)
    }
    assert.equal(reader.header.length + reader.body.length, 0)
    assert.deepEqual(reader.read(Buffer.from('.\r\n')).event, { kind: 'end' })
    assert.equal(reader.fault, 'message_size')
  })

  it('says when the header section ends, before the body has arrived', () => {
    const reader = contentReader(WIDE)
    assert.deepEqual(reader.read(Buffer.from('A: b\r\n\r\nbody')), { used: 8, event: { kind: 'header' } })
    assert.equal(reader.header.head(100).toString(), 'A: b\r\n')
    assert.deepEqual(reader.read(Buffer.from('\r\n\r\n.\r\n')).event, { kind: 'end' })
  })
})
