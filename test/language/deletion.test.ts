/** Entries, rules and keys taken away: what is left is the same file without them, whatever its layout. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { entryPlace, itemPlace } from '../../src/language/deletion.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { type MapNode, type SeqNode, toJson, valueOf } from '../../src/language/node.ts'
import { SourceText } from '../../src/language/source-text.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

function rootOf(text: string): MapNode {
  const report = new Report()
  const root = parseYaml(text, 'x', report)
  assert.deepEqual(
    report.sorted().filter(({ severity }) => severity === 'error'),
    [],
    text,
  )
  assert.equal(root?.kind, 'map')
  return root
}

function listIn(text: string): SeqNode {
  const list = valueOf(rootOf(text), 'list')
  assert.equal(list?.kind, 'seq')
  return list
}

/** The text without one item; undefined where that is refused. */
function without(text: string, index: number): string | undefined {
  const item = listIn(text).items[index] ?? assert.fail('no such item')
  const place = itemPlace(new SourceText('x', text), item.at.range)
  return place && text.slice(0, place.range.start.offset) + text.slice(place.range.end.offset)
}

const WORD = fc.stringMatching(/^[a-z]{1,5}$/)
const ITEM = fc.oneof(
  WORD,
  WORD.map((word) => `"${word}, ] ${word}"`),
  WORD.map((word) => `{ id: ${word}, match: [a, b] }`),
  fc.tuple(WORD, WORD).map(([one, two]) => `[${one}, ${two}]`),
)
const BLOCK_ITEM = fc.oneof(
  ITEM,
  fc.tuple(WORD, WORD).map(([one, two]) => `id: ${one}\n    match:\n      - ${two}\n      # of ${one}\n      - b`),
  WORD.map((word) => `id: ${word}   # behind ${word}`),
)
const BETWEEN = fc.constantFrom('', '\n', '  # a comment\n', '# another, [\n\n')

describe('a deleted item', () => {
  it('of a block leaves the others, and every comment between them', () => {
    const lists = fc.array(fc.tuple(BETWEEN, BLOCK_ITEM), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(lists, fc.nat(), fc.constantFrom('\n', '\r\n'), (items, drawn, end) => {
        const index = drawn % items.length
        const lines = items.map(([before, item]) => `${before}  - ${item}\n`).join('')
        const text = `a: 1\nlist:\n${lines}# the end\nz: 2\n`.replaceAll('\n', end)
        const left = without(text, index) ?? assert.fail(text)
        const rest = listIn(text).items.filter((_, place) => place !== index)
        assert.deepEqual(listIn(left).items.map(toJson), rest.map(toJson), text)
        const comments = (whole: string): number => (whole.match(/^ {0,2}#.*$/gm) ?? []).length
        assert.equal(comments(left), comments(text), text)
      }),
    )
  })

  it('of brackets leaves the others', () => {
    const gap = fc.constantFrom(' ', '', '\n  ')
    const lists = fc.array(fc.tuple(gap, ITEM), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(lists, gap, fc.nat(), (items, last, drawn) => {
        const index = drawn % items.length
        const text = `a: 1\nlist: [${items.map(([before, item]) => `${before}${item}`).join(',')}${last}] # end\nz: 2\n`
        const left = without(text, index) ?? assert.fail(text)
        const rest = listIn(text).items.filter((_, place) => place !== index)
        assert.deepEqual(listIn(left).items.map(toJson), rest.map(toJson), text)
        assert.match(left, /^a: 1\nlist: \[[^]*\] # end\nz: 2\n$/)
      }),
    )
  })

  for (const [what, text, index] of [
    ['is not the only one of a block', 'list:\n  - a\nz: 1\n', 0],
    ['is not the only one of a block that is not indented', 'list:\n- a\n# - b\nz:\n- c\n', 0],
    ['is not the only one of brackets', 'list: [a]\n', 0],
    ['is not deleted with a comment in between', 'list: [a, # why, [\n  b]\n', 1],
    ['is not a list in a list', 'list:\n  - - a\n    - b\n  - [c]\n', 0],
  ] as const)
    it(what, () => {
      const item = listIn(text).items[index] ?? assert.fail()
      const inner = item.kind === 'seq' ? (item.items[0] ?? assert.fail()) : item
      assert.equal(itemPlace(new SourceText('x', text), inner.at.range), undefined)
    })
})

describe('a deleted key', () => {
  const drop = (text: string, key: string): string | undefined => {
    const entry = rootOf(text).entries.find((one) => one.key.value === key) ?? assert.fail()
    const place = entryPlace(new SourceText('x', text), [
      entry.key.at.range.start.offset,
      entry.value.at.range.end.offset,
    ])
    return place && text.slice(0, place.range.start.offset) + text.slice(place.range.end.offset)
  }

  for (const [text, left] of [
    ['a: 1\nb: 2 # two\n# three\nc: 3\n', 'a: 1\n# three\nc: 3\n'],
    ['a: 1\nb:\n  - 1\n  # of b\n  - 2\n# of c\nc: 3\n', 'a: 1\n# of c\nc: 3\n'],
    ['{ a: 1, b: [2, 3], c: 3 }\n', '{ a: 1, c: 3 }\n'],
    ['{ a: 1, b: 2 }\n', '{ a: 1 }\n'],
    ['a: 1\nb: |\n  text\n  # more\nc: 3\n', undefined],
  ] as const)
    it(JSON.stringify(text), () => assert.equal(drop(text, 'b'), left))
})
