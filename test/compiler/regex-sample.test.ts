/** Texts in which patterns are found. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compileRegex } from '../../src/compiler/regex/regex.ts'
import { sampleOf } from '../../src/compiler/regex/sample.ts'

const SAMPLES: readonly (readonly [pattern: string, sample: string | undefined])[] = [
  ['^bulk-', 'bulk-'],
  ['^offers-[0-9]+@', 'offers-0@'],
  ['^.*@.*\\.invalid$', 'a@a.invalid'],
  ['^(announce|news)@lists', 'announce@lists'],
  ['-request-[0-9]{3,}@', '-request-000@'],
  ['-bounces(\\+.*)?@', '-bounces@'],
  ['(?:a|b(c|d))e|f(g)', 'ae'],
  ['[^@]+@[^a]', 'a@7'],
  ['\\d{2}\\w\\.x', '77a.x'],
  ['\\Qa.b\\E', 'a.b'],
  ['(?i)ABC', 'ABC'],
  ['x??y', 'y'],
  ['(?=x)y', undefined],
  ['[[:digit:]]x', undefined],
  ['\\p{L}', undefined],
  ['[^a7.-]', undefined],
  ['(a', undefined],
]

describe('a sample', () => {
  for (const [pattern, sample] of SAMPLES) it(`of ${pattern}`, () => assert.equal(sampleOf(pattern), sample))

  it('is never one in which the pattern is not found', () => {
    const part = fc.constantFrom('a', '.', '[0-9]', '[^x]', '(a|b)', '\\.', '\\d', '^', '$', '@', '\\b', '|', '\\p{N}')
    const repeat = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}')
    fc.assert(
      fc.property(fc.array(fc.tuple(part, repeat), { maxLength: 6 }), (parts) => {
        const pattern = parts.map((one) => one.join('')).join('')
        const regex = compileRegex(pattern, { ignoreCase: true })
        const sample = sampleOf(pattern)
        assert.ok(sample === undefined || (regex.ok && regex.test(sample)))
      }),
    )
  })
})
