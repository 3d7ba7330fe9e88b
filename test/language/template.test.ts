/** Templates: what is read, and what is not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseTemplate, type Placeholder, type TemplatePart } from '../../src/language/template.ts'

type Expected = Omit<Placeholder, 'nameOffset' | 'fallbackOffset'>

describe('templates', () => {
  const good: Readonly<Record<string, readonly (string | Expected)[]>> = {
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
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(withoutOffsets(text), parts))
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
        for (const part of parsed.parts) if (typeof part !== 'string') assertPlaces(text, part)
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
  const { offset: _, length: __, nameOffset: ___, fallbackOffset: ____, ...rest } = part
  return rest
}

function withoutOffsets(text: string): readonly (string | Expected)[] {
  const parsed = parseTemplate(text)
  assert.ok(parsed.ok)
  return parsed.parts.map((part) => {
    if (typeof part === 'string') return part
    const { nameOffset: _, fallbackOffset: __, ...rest } = part
    return rest
  })
}

function assertPlaces(text: string, part: Placeholder): void {
  const { name, fallback = '', nameOffset, fallbackOffset } = part
  assert.match(pieceOf(text, part), /^\$\{[^}]*\}$/)
  assert.equal(pieceOf(text, { offset: nameOffset, length: name.length }), name)
  assert.equal(pieceOf(text, { offset: fallbackOffset, length: fallback.length }), fallback)
}

function pieceOf(text: string, { offset, length }: { offset: number; length: number }): string {
  return text.slice(offset, offset + length)
}
