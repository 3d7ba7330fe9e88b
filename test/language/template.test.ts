/** Templates, and the way from a place in a text back to the file. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ScalarNode } from '../../src/language/node.ts'
import { parseTemplate, spanWithin, type TemplatePart } from '../../src/language/template.ts'
import { tree } from './findings.ts'

describe('templates', () => {
  const good: Readonly<Record<string, readonly TemplatePart[]>> = {
    '': [],
    'no names': ['no names'],
    'Hello ${helo}!': ['Hello ', { name: 'helo', offset: 6, length: 7 }, '!'],
    '${a}${b.c:1-x}': [
      { name: 'a', offset: 0, length: 4 },
      { name: 'b.c:1-x', offset: 4, length: 10 },
    ],
    '${ sender | the null sender }': [{ name: 'sender', fallback: 'the null sender', offset: 0, length: 29 }],
    '${sender|}': [{ name: 'sender', fallback: '', offset: 0, length: 10 }],
    '${sender | $5 | {x}': [{ name: 'sender', fallback: '$5 | {x', offset: 0, length: 19 }],
    '${a | ${b} or $}': [{ name: 'a', fallback: '${b} or $', offset: 0, length: 16 }],
    'costs $5, $$5 or $': ['costs $5, $5 or $'],
    '$${sender}': ['${sender}'],
    '$$${sender}': ['$', { name: 'sender', offset: 2, length: 9 }],
    '{sender} }': ['{sender} }'],
  }
  for (const [text, parts] of Object.entries(good)) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseTemplate(text), { ok: true, parts }))
  }

  const bad: Readonly<Record<string, readonly [offset: number, problem: RegExp]>> = {
    'a ${': [2, /never closed/],
    '${a | ${b}': [0, /never closed/],
    '${a | ${b': [0, /never closed/],
    '$$ ${sender': [3, /never closed/],
    '${}': [0, /names nothing/],
    '${ | x}': [0, /names nothing/],
    '${1st}': [0, /`1st` is not a name/],
    '${a} ${a b}': [5, /`a b` is not a name/],
    '${a${b}}': [0, /is not a name/],
  }
  for (const [text, [offset, problem]] of Object.entries(bad)) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const parsed = parseTemplate(text)
      assert.ok(!parsed.ok)
      assert.equal(parsed.offset, offset)
      assert.match(parsed.problem, problem)
    })
  }

  const name = fc.stringMatching(/^[A-Za-z][\w.:-]{0,8}$/)
  const fallback = fc.string().map((text) => text.replaceAll(/[{}]/g, '').trim())
  const plain = fc.string({ minLength: 1 })
  const placeholder = fc.oneof(
    name.map((one) => ({ name: one })),
    fc.tuple(name, fallback).map(([one, other]) => ({ name: one, fallback: other })),
  )

  it('are what was printed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, placeholder)), plain, (pairs, last) => {
        const given = [...pairs.flat(), last]
        const text = given.map(printed).join('')
        const parsed = parseTemplate(text)
        assert.ok(parsed.ok)
        assert.deepEqual(parsed.parts.map(withoutPlace), given)
        for (const part of parsed.parts)
          if (typeof part !== 'string') assert.match(pieceOf(text, part), /^\$\{[^}]*\}$/)
      }),
    )
  })

  it('never throw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('$', '{', '}', '|', 'a', ' ', '.', '\n')),
        (pieces) => void parseTemplate(pieces.join('')),
      ),
    )
  })
})

type Printable = string | { readonly name: string; readonly fallback?: string }

function printed(part: Printable): string {
  if (typeof part === 'string') return part.replaceAll('$', '$$$$')
  return part.fallback === undefined ? `\${${part.name}}` : `\${${part.name} | ${part.fallback}}`
}

function withoutPlace(part: TemplatePart): Printable {
  if (typeof part === 'string') return part
  const { offset: _, length: __, ...rest } = part
  return rest
}

function pieceOf(text: string, { offset, length }: { offset: number; length: number }): string {
  return text.slice(offset, offset + length)
}

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
    '|\n  a ${x}\n': ['${x}', '|\n  a ${x}\n'],
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
})

function scalarIn(text: string): ScalarNode {
  const node = tree(text)
  const value = node.kind === 'map' ? node.entries[0]?.value : undefined
  assert.ok(value?.kind === 'scalar')
  return value
}

function sliced(scalar: ScalarNode, offset: number, length: number, text: string): string {
  const { start, end } = spanWithin(scalar, offset, length, text).range
  return text.slice(start.offset, end.offset)
}
