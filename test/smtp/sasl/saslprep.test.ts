import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { saslPrep } from '../../../src/smtp/sasl/saslprep.ts'

describe('SASLprep', () => {
  const cases: readonly (readonly [text: string, prepared: string | undefined, why: string])[] = [
    ['I\u00adX', 'IX', 'RFC 4013 section 3: a soft hyphen is mapped to nothing'],
    ['user', 'user', 'RFC 4013 section 3: nothing to do'],
    ['USER', 'USER', 'RFC 4013 section 3: case counts'],
    ['\u00aa', 'a', 'RFC 4013 section 3: NFKC'],
    ['\u2168', 'IX', 'RFC 4013 section 3: NFKC'],
    ['\u0007', undefined, 'RFC 4013 section 3: a control'],
    ['\u0627\u0031', undefined, 'RFC 4013 section 3: a digit ends a right-to-left text'],
    ['\u0627\u0628', '\u0627\u0628', 'right-to-left alone'],
    ['\u0627\u0031\u0628', '\u0627\u0031\u0628', 'a digit between right-to-left letters'],
    ['\u05d0b', undefined, 'both directions'],
    ['b\u05d0', undefined, 'both directions'],
    ['', '', 'nothing'],
    ['\u00ad', '', 'nothing is left'],
    ['a\u00a0\u3000b', 'a  b', 'spaces become the space'],
    ['e\u0301', '\u00e9', 'composed'],
    ['p\u200cw\ufe0f', 'pw', 'joiners and variation selectors'],
    ['a\u007f', undefined, 'DEL'],
    ['a\u0085', undefined, 'a C1 control'],
    ['\u2028', undefined, 'a line separator'],
    ['\u202e', undefined, 'a change of direction'],
    ['\ue000', undefined, 'private use'],
    ['\uffff', undefined, 'no character'],
    ['\ud800', undefined, 'half a character'],
    ['\ufffd', undefined, 'the replacement character'],
    ['\u2ff0', undefined, 'an ideographic description'],
    ['\u{e0041}', undefined, 'a tag'],
    ['\u{1f511}', '\u{1f511}', 'younger than Unicode 3.2'],
  ]
  for (const [text, prepared, why] of cases)
    test(`${why}: ${JSON.stringify(text)}`, () => assert.equal(saslPrep(text), prepared))

  test('printable ASCII is left alone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]*$/), (text) => {
        assert.equal(saslPrep(text), text)
      }),
    )
  })

  test('what is prepared stays as it is, and holds no control', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const prepared = saslPrep(text)
        if (prepared === undefined) return
        assert.equal(saslPrep(prepared), prepared)
        assert.doesNotMatch(prepared, /[\0-\x1f\x7f-\x9f\u2028\u2029]/)
      }),
      { numRuns: 2000 },
    )
  })
})
