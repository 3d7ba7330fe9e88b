/** Fixes made together: none overlaps another, and a file is what it was but for them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { applyEdits, chooseFixes } from '../../src/language/apply-fixes.ts'
import { type Diagnostic, type Edit, Report, type Safety } from '../../src/language/diagnostic.ts'
import { didYouMean, plainOrQuoted } from '../../src/language/fix.ts'
import { isSlip } from '../../src/language/suggest.ts'
import { SourceText } from '../../src/language/source-text.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

const TEXT = 'abcdefghijklmnopqrst'
const source = new SourceText('x', TEXT)

interface Drawn {
  readonly safety: Safety
  readonly edits: readonly (readonly [number, number, string])[]
}

const edit = fc.tuple(fc.nat(TEXT.length), fc.nat(TEXT.length), fc.stringMatching(/^[0-9]{0,3}$/))
const fix = fc.record({
  safety: fc.constantFrom<Safety>('safe', 'unsafe'),
  edits: fc.array(
    edit.map(([a, b, text]) => [Math.min(a, b), Math.max(a, b), text] as const),
    { minLength: 1, maxLength: 1 },
  ),
})

function findings(drawn: readonly Drawn[]): readonly Diagnostic[] {
  const report = new Report()
  drawn.forEach(({ safety, edits }, index) => {
    const made = edits.map(([from, to, text]): Edit => ({ ...source.span(from, to), text }))
    const fixes = [{ title: String(index), safety, edits: made }]
    report.add({ code: 'CFG101', at: source.span(index, index + 1), message: String(index), fixes })
  })
  return report.sorted()
}

describe('fixes', () => {
  it("that are chosen are never in each other's way, are safe enough, and leave out only what another one is in the way of", () => {
    fc.assert(
      fc.property(fc.array(fix, { maxLength: 8 }), (drawn) => {
        const { made, edits } = chooseFixes(findings(drawn), ['safe'], () => true)
        const places = (edits.get('x') ?? []).map(({ range }) => [range.start.offset, range.end.offset] as const)
        const touches = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean =>
          a === b || c === d ? b >= c && a <= d : b > c && a < d
        places.forEach((one, index) =>
          assert.ok(places.every((other, place) => place === index || !touches(one, other))),
        )
        const taken = new Set(made.map(({ fix: { title } }) => Number(title)))
        drawn.forEach(({ safety, edits: [first] }, index) => {
          if (taken.has(index)) assert.equal(safety, 'safe')
          else assert.ok(safety === 'unsafe' || places.some((place) => first && touches(place, [first[0], first[1]])))
        })
      }),
    )
  })

  it('applied are what a piece by piece copy gives', () => {
    fc.assert(
      fc.property(fc.array(fix, { maxLength: 8 }), (drawn) => {
        const all = chooseFixes(findings(drawn), ['safe', 'unsafe'], () => true).edits.get('x') ?? []
        let copy = ''
        for (let at = 0; at <= TEXT.length; at += 1) {
          copy += all.find(({ range }) => range.start.offset === at)?.text ?? ''
          if (!all.some(({ range }) => range.start.offset <= at && at < range.end.offset)) copy += TEXT[at] ?? ''
        }
        assert.equal(applyEdits(TEXT, all), copy)
      }),
    )
  })

  it('of files that are not ours are not made', () => {
    const { made, edits } = chooseFixes(
      findings([{ safety: 'safe', edits: [[0, 1, 'z']] }]),
      ['safe'],
      (file) => file === 'y',
    )
    assert.deepEqual([made.length, edits.size], [0, 0])
  })
})

describe('a text written as a value', () => {
  it('is read as that text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aN0159._-/:@#\'"\\!*e '), minLength: 1 }), (text) => {
        const report = new Report()
        const root = parseYaml(`k: ${plainOrQuoted(text)}\n`, 'x', report)
        const value = root?.kind === 'map' ? root.entries[0]?.value : undefined
        assert.deepEqual([value?.kind === 'scalar' && value.value, report.sorted()], [text, []])
      }),
    )
  })
})

describe('a name that is near', () => {
  it('is certain when it is one typing error away, and nothing else is', () => {
    assert.ok(isSlip('mach', 'match', ['match', 'mode', 'message']))
    assert.ok(isSlip('reply-at', 'reply_at', ['reply_at']))
    assert.ok(!isSlip('when', 'match', ['match']))
    assert.ok(!isSlip('helo_name', 'helo', ['helo']))
    assert.ok(!isSlip('partnerz', 'partners', ['partners', 'partnerx']))
    assert.ok(!isSlip('rct', 'rcpt', ['rcpt']), 'of a short word a letter says too much')
  })

  it('is not written over what a parameter put there', () => {
    const at = source.span(0, 7)
    const scalar = { kind: 'scalar', at, value: 'partnes', source: 'partnes', quoted: false } as const
    assert.equal(didYouMean({ ...scalar, typed: 'partnes' }, 'partnes', ['partners']).fixes?.length, 1)
    assert.deepEqual(didYouMean({ ...scalar, typed: '${list}' }, 'partnes', ['partners']).fixes, [])
    assert.deepEqual(didYouMean(scalar, 'partnes', ['partners']).fixes, [])
  })
})
