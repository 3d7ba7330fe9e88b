import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { stuffed } from '../../src/delivery/dot-stuffing.ts'
import { BareLineEnd } from '../../src/delivery/line-ends.ts'
import { withLineFeeds } from '../../src/delivery/octets.ts'

const line = fc.string({ unit: fc.constantFrom('.', '..', 'a', ' ', '\0', '\xff', 'x'.repeat(3000)), maxLength: 4 })
const text = fc.array(line).map((lines) => lines.map((each) => `${each}\r\n`).join(''))
const anyText = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', '.', 'a', '\xff') })

/** Cut wherever the seed says. */
function cut(whole: string, seed: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let rest = Buffer.from(whole, 'latin1')
  for (const size of seed) {
    chunks.push(rest.subarray(0, size))
    rest = rest.subarray(size)
  }
  return [...chunks, rest]
}

async function collect(octets: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of octets) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

function unstuff(content: string): string {
  return content
    .split('\r\n')
    .map((each) => (each.startsWith('.') ? each.slice(1) : each))
    .join('\r\n')
}

const cuts = fc.array(fc.nat({ max: 5 }))

describe('stuffed', () => {
  it('is the message again after unstuffing, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, async (whole, seed) => {
        const content = await collect(stuffed(cut(whole, seed)))
        assert.doesNotMatch(content, /(?:^|\r\n)\.\r\n/)
        assert.equal(unstuff(content), whole)
      }),
    )
  })

  it('ends the last line', async () => {
    assert.equal(await collect(stuffed([Buffer.from('a\r\n.b')])), 'a\r\n..b\r\n')
    assert.equal(await collect(stuffed([])), '')
  })

  it('lets no bare CR or LF through, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, cuts, async (whole, seed) => {
        const bare = /\r(?!\n)|(?<!\r)\n/.test(whole)
        const result = await collect(stuffed(cut(whole, seed))).catch((error: unknown) => error)
        assert.equal(result instanceof BareLineEnd, bare)
      }),
    )
  })
})

describe('withLineFeeds', () => {
  it('turns CRLF into LF and leaves everything else, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, cuts, async (whole, seed) => {
        assert.equal(await collect(withLineFeeds(cut(whole, seed))), whole.replaceAll('\r\n', '\n'))
      }),
    )
  })

  it('works on large content', async () => {
    const whole = 'line\r\n'.repeat(100_000)
    assert.equal(await collect(withLineFeeds([Buffer.from(whole)])), 'line\n'.repeat(100_000))
  })
})
