/** The loose reader: where a file is sound it sees what the parser sees; on anything else it goes on. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Report } from '../../src/language/diagnostic.ts'
import { looseMarks, type Mark, type Path } from '../../src/language/yaml/loose-yaml.ts'
import type { ScalarNode, YamlNode } from '../../src/language/node.ts'
import { YAML_LIMITS } from '../../src/language/yaml/limits.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILES = ['builtins', 'rules', 'examples', 'test/builtins', 'test/compiler'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name)),
)

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

type Seen = readonly [role: string, path: string, line: number, column: number, text: string]

/** Escapes and folded texts are the parser's affair: of these the place is compared, not the text. */
function seenInTree(node: YamlNode, path: Path): readonly Seen[] {
  if (node.kind === 'scalar') return [seenScalar('value', node, path)]
  if (node.kind === 'seq') return node.items.flatMap((item, index) => seenInTree(item, [...path, index]))
  return node.entries.flatMap(({ key, value }) => [
    seenScalar('key', key, path),
    ...seenInTree(value, [...path, key.value]),
  ])
}

function seenScalar(role: string, { at, source, typed = '' }: ScalarNode, path: Path): Seen {
  const shift = /^["']/.test(typed) ? 1 : 0
  const { line, column } = at.range.start
  return [role, path.join('/'), line, column + shift, comparable(typed) ? source : '']
}

function comparable(typed: string): boolean {
  return !/\n|\\/.test(typed)
}

function seenInMarks(text: string, marks: readonly Mark[]): readonly Seen[] {
  return marks.map(({ role, path, from, to, text: seen }) => {
    const before = text.slice(0, from).split('\n')
    const typed = text.slice(from, to)
    return [role, path.join('/'), before.length, (before.at(-1)?.length ?? 0) + 1, comparable(typed) ? seen : '']
  })
}

describe('the loose reader', () => {
  it('sees what the parser sees in every sound file', () => {
    let sound = 0
    for (const file of FILES) {
      const text = textOf(file)
      const report = new Report()
      const root = parseYaml(text, file, report)
      if (!root || report.sorted().length > 0) continue
      sound += 1
      assert.deepEqual(seenInMarks(text, looseMarks(text)), seenInTree(root, []), file)
    }
    assert.ok(sound > 60, `${sound} sound files`)
  })
})

const CASES: readonly (readonly [name: string, text: string, marks: readonly string[]])[] = [
  ['a key without a colon', 'a: 1\nb\nc: 2\n', ['a', 'a=1', 'b', 'c', 'c=2']],
  ['a bracket that is never closed', 'a: { b: [x\nc: 2\n', ['a', 'a/b', 'a/b/0=x', 'c', 'c=2']],
  ['a quote that is never closed', 'a: "x y\nb: "z"\n', ['a', 'a=x y', 'b', 'b=z']],
  ['a list on the column of its key', 'a:\n- x\n- b: y\nc: z\n', ['a', 'a/0=x', 'a/1/b', 'a/1/b=y', 'c', 'c=z']],
  ['lists in lists', '- - a\n  - b\n- c\n', ['0/0=a', '0/1=b', '1=c']],
  ['a map in a flow list', 'a: [b: 1, c]\n', ['a', 'a/0/b', 'a/0/b=1', 'a/1=c']],
  ['colons and hashes inside words', 'a: b:c#d # e\n"f":g\n', ['a', 'a=b:c#d', 'f']],
  ['keys in quotes before a colon', '{ \'a\':1, "b": 2 }', ['a', 'a=1', 'b', 'b=2']],
  ['block texts', 'a: |\n  b: c\n\n  d\ne: f\n', ['a', 'a=|\n  b: c\n\n  d\n', 'e', 'e=f']],
]

function shown({ role, path, text }: Mark): string {
  return role === 'value' ? `${path.join('/')}=${text}` : [...path, text].join('/')
}

describe('what is not sound yet', () => {
  for (const [name, text, marks] of CASES) it(name, () => assert.deepEqual(looseMarks(text).map(shown), marks))
})

const SIGNS = [
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ': ',
  '"',
  "'",
  '|\n',
  '#',
  ' #',
  '\n',
  '  ',
  '\t',
  'a',
  '\r\n',
  '---',
]

describe('whatever is typed', () => {
  it('is read no deeper and no longer than a parser would', () => {
    assert.deepEqual(looseMarks('['.repeat(100_000)), [])
    assert.equal(looseMarks(`${'- '.repeat(YAML_LIMITS.depth - 1)}a`).length, 1)
    assert.deepEqual(looseMarks(`a: ${' '.repeat(YAML_LIMITS.octets)}`), [])
  })

  it('is read to its end, in order, without an error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 3 })), { maxLength: 60 }),
        (all) => {
          const text = all.join('')
          const marks = looseMarks(text)
          for (const [index, { from, to }] of marks.entries()) {
            assert.ok(from >= (marks[index - 1]?.from ?? 0) && from <= to && to <= text.length)
          }
        },
      ),
    )
  })
})
