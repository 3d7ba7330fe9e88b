/** The layout of YAML files: what it makes of them, and that it changes neither meaning nor comments, and nothing twice. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Document, isCollection, isNode, Lexer, parse, visit } from 'yaml'
import { Report } from '../../src/language/diagnostic.ts'
import { layOut } from '../../src/language/yaml/layout.ts'

function laidOut(text: string): string {
  const report = new Report()
  const result = layOut(text, 'a.yaml', report)
  return (
    result ??
    assert.fail(
      report
        .sorted()
        .map(({ message }) => message)
        .join('; '),
    )
  )
}

const CASES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  'levels have two columns': ['a:\n     b:\n        c: 1\n', 'a:\n  b:\n    c: 1\n'],
  'lists in maps are indented': ['a:\n- b\n- c: 1\n  d: 2\n', 'a:\n  - b\n  - c: 1\n    d: 2\n'],
  'one space behind marks': ['a:    1\nb:\n  -   x\n', 'a: 1\nb:\n  - x\n'],
  'braces have room, brackets have none': ['a: {b: [ 1,2 ,3 ], c: {}}\n', 'a: { b: [1, 2, 3], c: {} }\n'],
  'broken lists stay broken': ['a: [1,\n 2,\n 3\n ]\n', 'a: [1,\n  2,\n  3\n]\n'],
  'empty lines shrink to one': ['\n\na: 1\n\n\n\nb: 2\n\n\n', 'a: 1\n\nb: 2\n'],
  'blanks at line ends go': ['a: 1   \nb:  \n  c: 2\t\n', 'a: 1\nb:\n  c: 2\n'],
  'line ends are one octet': ['a: 1\r\nb: |\r\n  x\r\n  y\r\n', 'a: 1\nb: |\n  x\n  y\n'],
  'comments go along': [
    '# head\na:   # why\n    # first\n    - b    # second\n    # last\n#tail',
    '# head\na:   # why\n  # first\n  - b    # second\n  # last\n#tail\n',
  ],
  'block texts keep their shape': ['a:\n - |\n     x\n       y\n\n\n\n - b\n', 'a:\n  - |\n    x\n      y\n\n  - b\n'],
  'block texts keep their line ends': ['a: |+\n    x\n\n\n\nb: 1\n', 'a: |+\n  x\n\n\n\nb: 1\n'],
  'block texts keep indents that were counted': [
    'a:\n    b: |2\n        x\n      y\n',
    'a:\n  b: |2\n      x\n    y\n',
  ],
  'quotes stay': [`a: 'x'\nb: "y"\nc: z\n`, `a: 'x'\nb: "y"\nc: z\n`],
  'texts over several lines are not folded anew': ['a: x\n       y\nb: "p\n q"\n', 'a: x\n  y\nb: "p\n  q"\n'],
}

describe('the layout', () => {
  for (const [name, [before, after]] of Object.entries(CASES))
    it(name, () => {
      assert.equal(laidOut(before), after)
    })

  it('is that of our own files', () => {
    for (const path of ['builtins/dnsbl.yaml', 'examples/02-own-rules/rules/house.yaml', 'rules/recommended.yaml'])
      assert.equal(laidOut(readFileSync(path, 'utf8')), readFileSync(path, 'utf8'))
  })

  it('leaves a file with a mistake alone, and says what is wrong', () => {
    const report = new Report()
    assert.equal(layOut('a: 1\n\tb: 2\n', 'a.yaml', report), undefined)
    assert.ok(report.errors > 0)
  })
})

const text = fc.oneof(
  fc.constantFrom(
    'x',
    'two words',
    'a: b',
    '- a',
    '# no',
    'a #b',
    '',
    ' lead',
    'trail ',
    '@x',
    '*@x',
    '10',
    'true',
    '{a}',
    "it's",
  ),
  fc
    .array(fc.constantFrom('line', '  deeper', '', 'a: b', '# x', '- y', 'trail  ', '"q"'), { maxLength: 6 })
    .map((lines) => lines.join('\n')),
  fc.string({
    unit: fc.constantFrom('a', 'b', ' ', ':', '-', '#', ',', '"', "'", '\n', 'é', '{', ']', '\\', '|', '>'),
  }),
)
const { value } = fc.letrec<{ value: unknown; list: unknown; map: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, text, fc.integer(), fc.boolean(), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.constantFrom('a', 'b', 'key', 'long key', 'a.b', '10', 'x y'), tie('value'), { maxKeys: 4 }),
}))
const comment = fc.option(fc.constantFrom(' why', ' two\n lines', 'x', ' # y'), { nil: undefined })

/** The library writes the same data in many ways: indents, quotes, folds, braces, comments, empty lines. */
const written = fc
  .record({
    data: fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { minKeys: 1, maxKeys: 3 }),
    indent: fc.integer({ min: 1, max: 6 }),
    indentSeq: fc.boolean(),
    lineWidth: fc.constantFrom(0, 20, 80),
    singleQuote: fc.boolean(),
    flowPadding: fc.boolean(),
    choices: fc.infiniteStream(fc.record({ flow: fc.nat(4), before: comment, behind: comment, room: fc.nat(5) })),
  })
  .map(({ data, choices, flowPadding, ...options }) => {
    const document = new Document(data)
    visit(document, (_, node) => {
      if (!isNode(node)) return
      const { value: choice } = choices.next()
      if (isCollection(node) && choice.flow === 0) node.flow = true
      if (choice.before !== undefined) node.commentBefore = choice.before
      if (choice.behind !== undefined) node.comment = choice.behind
      if (choice.room === 0) node.spaceBefore = true
    })
    return document.toString({ ...options, flowCollectionPadding: flowPadding })
  })

function commentsOf(yaml: string): readonly string[] {
  return [...new Lexer().lex(yaml)].filter((lexeme) => lexeme.startsWith('#')).map((lexeme) => lexeme.trimEnd())
}

describe('any file that is read', () => {
  const readable = written.filter((yaml) => layOut(yaml, 'a.yaml', new Report()) !== undefined)

  it('means the same afterwards', () => {
    fc.assert(
      fc.property(readable, (yaml) => assert.deepEqual(parse(laidOut(yaml)), parse(yaml))),
      { numRuns: 500 },
    )
  })

  it('has the same comments in the same order', () => {
    fc.assert(fc.property(readable, (yaml) => assert.deepEqual(commentsOf(laidOut(yaml)), commentsOf(yaml))))
  })

  it('is not changed a second time', () => {
    fc.assert(
      fc.property(readable, (yaml) => assert.equal(laidOut(laidOut(yaml)), laidOut(yaml))),
      { numRuns: 500 },
    )
  })
})
