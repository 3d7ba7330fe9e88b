/** Values that Postern writes as YAML: read back as they were, on one line, with nothing hidden. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parse as parseAsOthers } from 'yaml'
import { toJson } from '../../src/language/node.ts'
import { yamlFlow, yamlText } from '../../src/language/yaml/text.ts'
import { parse } from './findings.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'yes',
    'NULL',
    '5d',
    '@x',
    '# y',
    'a: b',
    '*',
    '- x',
    '0755',
    '1e3',
    '~',
    '',
    '/a/b',
    'a:1',
    'a:',
    '\\d+',
  ),
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}))

const plain = (one: unknown): unknown => JSON.parse(JSON.stringify(one))

describe('a value as YAML', () => {
  it('is read back as it was, here and by YAML 1.2', () => {
    fc.assert(
      fc.property(value, (one) => {
        const written = `key: ${yamlFlow(one)}\n`
        const { node, report } = parse(written)
        assert.deepEqual(report.sorted(), [], written)
        assert.deepEqual(node && plain(toJson(node)), plain({ key: one }), written)
        assert.deepEqual(plain(parseAsOthers(written)), plain({ key: one }), written)
      }),
    )
  })

  it('is one line in which everything can be seen', () => {
    fc.assert(fc.property(value, (one) => assert.match(yamlFlow(one), /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u)))
  })

  it('needs no quotes where it is a word, and keeps the backslashes of a pattern', () => {
    for (const word of ['DENY', 'queue/maildir', 'dnsbl:1', './rules/house.yaml', 'rcpt.domain'])
      assert.equal(yamlText(word), word)
    assert.equal(yamlText('^\\d+$'), "'^\\d+$'")
    assert.equal(yamlText('no'), '"no"')
  })
})
