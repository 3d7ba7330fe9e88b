/** The way from a place in a value back to the file. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ScalarNode } from '../../src/language/node.ts'
import { isAsTyped, spanWithin } from '../../src/language/yaml/scalar-offsets.ts'
import { SourceText } from '../../src/language/source-text.ts'
import { tree } from './findings.ts'

describe('places within a scalar', () => {
  const typed: Readonly<Record<string, readonly [wanted: string, typed: string]>> = {
    'a ${x} b': ['${x}', '${x}'],
    "'it''s ${x}'": ['${x}', '${x}'],
    "'a''''b'": ["''", "''''"],
    '"q\\u0041\\n\\"${x}\\U0001F600 y"': ['${x}', '${x}'],
    '"a\\tb"': ['\t', '\\t'],
    'foo\n  bar ${x}\n\n  baz': ['${x}', '${x}'],
    '"foo  \n   bar\\\n   ${x}\n\n q"': ['${x}', '${x}'],
    "'a\n\n\n  b ${x}'": ['${x}', '${x}'],
    '|\n  a ${x}\n': ['${x}', '${x}'],
    '|-\n  first\n    more\n\n  a ${x}': ['${x}', '${x}'],
    '|2 # three lines\n    a\n  ${x}\n': ['${x}', '${x}'],
    '>\n  one\n  two ${x}\n\n  three\n': ['${x}', '${x}'],
    '>+\n  one\n    ${x} deeper\n  three\n\n': ['${x}', '${x}'],
    '|\r\n  a\r\n  ${x}\r\n': ['${x}', '${x}'],
  }
  for (const [yaml, [wanted, found]] of Object.entries(typed)) {
    it(`${JSON.stringify(wanted)} in ${JSON.stringify(yaml)}`, () => {
      const text = `k: ${yaml}`
      const scalar = scalarIn(text)
      assert.equal(sliced(scalar, String(scalar.value).indexOf(wanted), wanted.length, text), found)
    })
  }

  it('in double quotes are the escapes that gave the character', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (value, seed) => {
        const at = seed % value.length
        const text = `k: ${JSON.stringify(value)}`
        assert.equal(JSON.parse(`"${sliced(scalarIn(text), at, 1, text)}"`), value[at])
      }),
    )
  })

  it('in single quotes are the character, or two quotes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (value, seed) => {
        const at = seed % value.length
        const text = `k: '${value.replaceAll("'", "''")}'`
        const piece = sliced(scalarIn(text), at, 1, text)
        assert.equal(piece.replace("''", "'"), value[at])
      }),
    )
  })

  for (const [name, header] of [
    ['kept lines', '|'],
    ['folded lines', '>'],
  ] as const)
    it(`in a text of ${name} are what is not blank, with its line and column`, () => {
      const line = fc.stringMatching(/^(?: {0,2}[!-~][ -~]{0,10})?$/)
      fc.assert(
        fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(), (lines, seed) => {
          const text = `a: 1\nk: ${header}2\n${lines.map((one) => `  ${one}`).join('\n')}\n  end\n`
          const scalar = scalarIn(text, 1)
          const value = String(scalar.value)
          const at = seed % value.length
          if (value[at] === ' ' || value[at] === '\n') return
          const { start } = spanWithin(scalar, at, 1).range
          assert.equal(sliced(scalar, at, 1, text), value[at])
          assert.deepEqual(start, new SourceText('', text).positionAt(start.offset))
        }),
      )
    })

  it('are the whole where a parameter took the place of what was typed', () => {
    const scalar = { ...scalarIn('k: ${x}'), value: 'abcd', source: 'abcd' }
    assert.equal(sliced(scalar, 1, 2, 'k: ${x}'), '${x}')
    assert.ok(!isAsTyped(scalar))
    assert.ok(isAsTyped(scalarIn('k: "a\\tb"')))
  })
})

function scalarIn(text: string, entry = 0): ScalarNode {
  const node = tree(text)
  const value = node.kind === 'map' ? node.entries[entry]?.value : undefined
  assert.ok(value?.kind === 'scalar')
  return value
}

function sliced(scalar: ScalarNode, offset: number, length: number, text: string): string {
  const { start, end } = spanWithin(scalar, offset, length).range
  return text.slice(start.offset, end.offset)
}
