import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Reply, ReplyReader } from '../../../src/delivery/smtp/reply.ts'

function read(text: string): Reply | undefined {
  const reader = new ReplyReader()
  reader.push(Buffer.from(text, 'latin1'))
  return reader.next()
}

describe('ReplyReader', () => {
  it('reads one line, several, and one without a text', () => {
    assert.deepEqual(read('250 2.1.0 Fine\r\n'), { code: 250, text: 'Fine', status: '2.1.0', lines: ['2.1.0 Fine'] })
    assert.equal(read('550-5.7.1 No\r\n550-5.7.1 way\r\n550 5.7.1 today\r\n')?.text, 'No way today')
    assert.equal(read('250\r\n')?.code, 250)
    assert.equal(read('250-more\r\n'), undefined)
  })

  it('reads the same wherever it is cut', () => {
    const text = '250-one\r\n250-two\r\n250 three\r\n'
    fc.assert(
      fc.property(fc.nat({ max: text.length }), fc.nat({ max: text.length }), (one, two) => {
        const [first, second] = [Math.min(one, two), Math.max(one, two)]
        const reader = new ReplyReader()
        const parts = [text.slice(0, first), text.slice(first, second), text.slice(second)]
        const replies = parts.map((part) => {
          reader.push(Buffer.from(part))
          return reader.next()
        })
        assert.deepEqual(replies.find((reply) => reply !== undefined)?.lines, ['one', 'two', 'three'])
        assert.equal(reader.hasMore, false)
      }),
    )
  })

  it('notes that more was said, and reads it when asked', () => {
    const reader = new ReplyReader()
    reader.push(Buffer.from('220 ready\r\n250 ok\r\n'))
    assert.equal(reader.next()?.code, 220)
    assert.ok(reader.hasMore)
    assert.deepEqual(reader.next(), { code: 250, text: 'ok', status: undefined, lines: ['ok'] })
    assert.ok(!reader.hasMore)
  })

  it('takes a status only of the class of its code', () => {
    assert.equal(read('550 2.0.0 Fine\r\n')?.status, undefined)
    assert.equal(read('550 5.1.1\r\n')?.status, '5.1.1')
  })

  it('makes every text printable and short', () => {
    assert.equal(read('550 a\rb\0c\xe9\td\r\n')?.text, 'a?b?c? d')
    assert.equal(read(`550 ${'x'.repeat(2000)}\r\n`)?.text.length, 400)
  })

  const malformed = ['hello\r\n', '\r\n', '250 bare\n', '99 low\r\n', '650 high\r\n', '2500\r\n', '250-a\r\n251 b\r\n']
  for (const text of malformed)
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => read(text), /malformed/))

  it('refuses what does not end', () => {
    assert.throws(() => read('2'.repeat(3000)), /does not end/)
    assert.throws(() => read(`250 ${'x'.repeat(3000)}\r\n`), /malformed/)
    assert.throws(() => read('250-again\r\n'.repeat(101)), /does not end/)
  })
})
