/** YAML, whatever the text: no fault, no place outside the file, no data changed on the way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { type Diagnostic, Report, type Span } from '../../src/language/diagnostic.ts'
import { renderPretty } from '../../src/language/render/pretty.ts'
import { toJson, type YamlNode } from '../../src/language/node.ts'
import { FILE, parse } from './findings.ts'

// biome-ignore format: a heap of pieces
const PIECES = [
  'a', 'b: ', 'match:', '- ', '? ', ': ', '\n', '\n', '\n  ', '\n    ', ' ', '\t', '\r\n', '# c', ' #c', ' # c', '[', ']',
  '{', '}', ',', '"', "'", '|', '>', '|-', '\\', '\\u00', '*', '&', '!', '@', '%', '`', '<<', '<<: *a', '*a', '&a ', '!t ',
  '!!str ', '---', '...', '%YAML 1.1\n', '${x}', '{x}', '5.10', '~', '日本', '\u{1f600}', '\ufeff', '\0',
]

const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary' }),
)

function places({ labels, ...own }: Diagnostic): readonly Span[] {
  return [own, ...labels]
}

function assertInside({ file, range: { start, end } }: Span, source: string): void {
  assert.equal(file, FILE)
  assert.ok(start.offset >= 0 && start.offset <= end.offset && end.offset <= source.length)
  for (const { line, column, offset } of [start, end]) {
    const before = source.slice(0, offset)
    assert.equal(line, before.split('\n').length)
    assert.equal(column, offset - before.lastIndexOf('\n'))
  }
}

function nodesIn(node: YamlNode): readonly YamlNode[] {
  if (node.kind === 'scalar') return [node]
  if (node.kind === 'seq') return [node, ...node.items.flatMap(nodesIn)]
  return [node, ...node.entries.flatMap(({ key, value }) => [key, ...nodesIn(value)])]
}

describe('any text at all', () => {
  it('is parsed or reported, each place inside the file', () => {
    fc.assert(
      fc.property(text, (source) => {
        const { node, report } = parse(source)
        if (!node) assert.ok(report.errors > 0)
        for (const span of report.sorted().flatMap(places)) assertInside(span, source)
        for (const { at } of node ? nodesIn(node) : []) assertInside(at, source)
      }),
      { numRuns: 2000 },
    )
  })

  it('has a fault in its tree only when one was reported', () => {
    fc.assert(
      fc.property(text, (source) => {
        const { node, report } = parse(source)
        if (node && nodesIn(node).some(({ faulty }) => faulty)) assert.ok(report.errors > 0)
      }),
    )
  })

  it('can be drawn, with no control characters and no line of the file over 80 columns', () => {
    fc.assert(
      fc.property(text, (source) => {
        const drawn = renderPretty(parse(source).report.sorted(), new Map([[FILE, source]]), { color: false })
        assert.doesNotMatch(drawn, /[\0-\x09\x0b-\x1f\x7f]/)
        for (const line of drawn.split('\n')) if (/^\d+ \|/.test(line)) assert.ok([...line].length <= 80, line)
      }),
    )
  })
})

/** Without what YAML cannot hold, or Postern refuses on purpose. */
const word = fc.string({ unit: 'grapheme' }).filter((one) => !/[\p{Cc}\ufffd\ufffe\uffff]/u.test(one) && one !== '<<')
const data = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, word, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(word, tie('value'), { maxKeys: 4 }),
})).value

describe('what the yaml library writes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(data, fc.constantFrom('BLOCK_LITERAL', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'PLAIN'), (value, style) => {
        const written = stringify(value, { aliasDuplicateObjects: false, defaultStringType: style })
        const report = new Report()
        const { node } = parse(written)
        assert.equal(report.errors, 0)
        assert.deepEqual(node && JSON.parse(JSON.stringify(toJson(node))), JSON.parse(JSON.stringify(value)), written)
      }),
      { numRuns: 500 },
    )
  })
})
