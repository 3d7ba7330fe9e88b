import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fromXtext, isXtext, toXtext } from '../../src/core/mail/xtext.ts'

describe('xtext', () => {
  it('is printable whatever it holds, and comes back', () => {
    assert.equal(toXtext('a b+c=d\r\n\u00e9'), 'a+20b+2Bc+3Dd+0D+0A+C3+A9')
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('+', '=', ' ', 'é', '😀'), fc.string({ unit: 'grapheme-ascii' })),
    })
    fc.assert(
      fc.property(text, (value) => {
        assert.match(toXtext(value), /^[!-~]*$/)
        assert.equal(fromXtext(toXtext(value)), value)
      }),
    )
  })

  it('is none with line ends, NUL, spaces, or broken codes', () => {
    for (const text of ['a b', 'a=b', 'a+', 'a+2', 'a+2b', 'a+0D', 'a+0A', 'a+00', 'é', 'a\n', 'a\r\nb'])
      assert.ok(!isXtext(text), text)
    for (const text of ['', 'a', 'a+2B', '+20', '<a@b>']) assert.ok(isXtext(text), text)
  })

  it('that holds control characters or octets that are no UTF-8 has no text', () => {
    for (const text of ['a+0D', 'a+0A', 'a+00', 'a+1B', 'a+7F', '+FF', 'a+2b', 'a b'])
      assert.equal(fromXtext(text), undefined)
  })
})
