/** YAML: what is understood, and that every trap is one finding at its place. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DIAGNOSTIC_CODES } from '../../src/language/codes.ts'
import { toJson } from '../../src/language/node.ts'
import { YAML_LIMITS } from '../../src/language/yaml/limits.ts'
import { findings, parse, tree } from './findings.ts'
import { YAML_CASES } from './yaml-cases.ts'

/** Checked by the schema, not by the parser. */
const ELSEWHERE = ['YML703', 'YML702', 'YML710']

describe('YAML traps', () => {
  for (const { name, text, says, help } of YAML_CASES) {
    it(name, () => {
      const { report } = parse(text)
      assert.deepEqual(findings(report), says)
      if (help !== undefined) assert.equal(report.sorted()[0]?.help, help)
    })
  }

  it('each code has a case', () => {
    const codes = Object.keys(DIAGNOSTIC_CODES).filter((code) => code.startsWith('YML') && !ELSEWHERE.includes(code))
    const seen = new Set(YAML_CASES.flatMap(({ says }) => says.map((line) => line.split(' ')[1])))
    assert.deepEqual(
      codes.filter((code) => !seen.has(code)),
      [],
    )
  })

  it('each finding says what stands there and what to type, in our words', () => {
    for (const { text } of YAML_CASES) {
      for (const { message, label, help } of parse(text).report.sorted()) {
        assert.ok(label, message)
        assert.ok(help, message)
        assert.doesNotMatch(message, /invalid|plain value|flow (?:map|sequence)|implicit|compact|token|[.!]$/i)
      }
    }
  })

  it('a merge key and an alias show their anchor', () => {
    const { report } = parse('base: &base\n  x: 1\na:\n  <<: *base\nb: *base\n')
    const places = report
      .sorted()
      .map(({ code, labels }) => [code, labels.map((one) => [one.range.start.line, one.text])])
    assert.deepEqual(places, [
      ['YML705', [[1, 'anchor defined here']]],
      ['YML713', [[1, 'anchor defined here']]],
    ])
  })

  it('a file over the limit is not parsed', () => {
    const { node, report } = parse(`a: ${'x'.repeat(YAML_LIMITS.octets)}`)
    assert.equal(node, undefined)
    assert.deepEqual(findings(report), [`error YML715 1:1-1:1 at most ${YAML_LIMITS.octets} octets`])
  })

  it('brackets by the million cost nothing', () => {
    assert.equal(parse('['.repeat(YAML_LIMITS.octets)).node, undefined)
  })
})

describe('YAML trees', () => {
  it('keep what was typed beside the value', () => {
    const node = tree('a: [5.10, 0755, 1e3, 0x1F, off, NO, true, "5.10", 22:30, null]')
    assert.deepEqual(toJson(node), {
      __proto__: null,
      a: [5.1, 755, 1000, 31, 'off', 'NO', true, '5.10', '22:30', null],
    })
    const items = node.kind === 'map' && node.entries[0]?.value.kind === 'seq' ? node.entries[0].value.items : []
    assert.deepEqual(
      items.map((item) => item.kind === 'scalar' && [item.source, item.quoted]),
      [
        ['5.10', false],
        ['0755', false],
        ['1e3', false],
        ['0x1F', false],
        ['off', false],
        ['NO', false],
        ['true', false],
        ['5.10', true],
        ['22:30', false],
        ['null', false],
      ],
    )
  })

  it('know the place of keys and values', () => {
    const node = tree('match:\n  "sender": [a, "b c"]\n')
    assert.ok(node.kind === 'map')
    const [inner] = node.entries
    assert.ok(inner?.value.kind === 'map')
    const [sender] = inner.value.entries
    assert.deepEqual(sender?.key.at.range, {
      start: { line: 2, column: 3, offset: 9 },
      end: { line: 2, column: 11, offset: 17 },
    })
    assert.ok(sender?.value.kind === 'seq')
    assert.deepEqual(sender.value.items[1]?.at.range, {
      start: { line: 2, column: 17, offset: 23 },
      end: { line: 2, column: 22, offset: 28 },
    })
  })

  it('have texts for keys, whatever YAML makes of them', () => {
    const node = tree('1: a\ntrue: b\nnull: c\n5.10: d\n')
    assert.deepEqual(Object.keys(toJson(node) ?? {}), ['1', 'true', 'null', '5.10'])
  })

  it('mark what was reported, and nothing else', () => {
    const { node } = parse('a: @x\nb: !y z\nc: 1\nd:\n  <<: *e\n  f: 2\ng: {h}\ni:\n')
    assert.ok(node?.kind === 'map')
    assert.deepEqual(
      node.entries.map(({ key, value }) => [key.value, value.faulty ?? false]),
      [
        ['a', true],
        ['b', true],
        ['c', false],
        ['d', true],
        ['g', true],
        ['i', true],
      ],
    )
  })

  it('have block texts with and without their last line end', () => {
    assert.deepEqual(toJson(tree('a: |\n  x\n  y\nb: >-\n  x\n  y\n')), { __proto__: null, a: 'x\ny\n', b: 'x y' })
  })
})
