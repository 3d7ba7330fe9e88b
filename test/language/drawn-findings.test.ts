/** Findings of the parser and of schemas, drawn: the words and the layout to the column. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Report } from '../../src/language/diagnostic.ts'
import { checkSchema } from '../../src/language/schema/check.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { draw, drawing } from './drawing.ts'

describe('drawings of what the parser and the schemas find', () => {
  it('a wrong type', () => {
    const files = { 'postern.yaml': 'limits:\n  rcpt:\n    max_per_minute: "60"\n' }
    const report = new Report()
    const node = parseYaml(files['postern.yaml'], 'postern.yaml', report)
    const RCPT = { type: 'object', properties: { max_per_minute: { type: 'integer' } } } as const
    const schema = { type: 'object', properties: { limits: { type: 'object', properties: { rcpt: RCPT } } } } as const
    assert.ok(node && !checkSchema(node, schema, report, { what: 'a site' }))
    assert.equal(
      draw(files, report),
      drawing`
      error[CFG102]: \`max_per_minute\` must be an integer, got a string
       --> postern.yaml:3:21
        |
      3 |     max_per_minute: "60"
        |                     ^^^^ string
        |
        = help: remove the quotes: \`max_per_minute: 60\`
        = fix: \`postern check --fix\` does it
      `,
    )
  })

  it('off where a boolean is wanted', () => {
    const files = { 'policies/example.com.yaml': 'policies:\n  alice:\n    limit: 5\n    greylist: off\n' }
    const report = new Report()
    const node = parseYaml(files['policies/example.com.yaml'], 'policies/example.com.yaml', report)
    const policy = {
      type: 'object',
      properties: { greylist: { type: 'boolean' }, limit: { type: 'integer' } },
    } as const
    const schema = {
      type: 'object',
      properties: { policies: { type: 'object', additionalProperties: policy } },
    } as const
    assert.ok(node && !checkSchema(node, schema, report, { what: 'a policy' }))
    assert.equal(
      draw(files, report),
      drawing`
      error[YML702]: \`greylist\` must be true or false; \`off\` is a string in YAML 1.2
       --> policies/example.com.yaml:4:15
        |
      4 |     greylist: off
        |               ^^^ reads as the text "off"
        |
        = note: tools that still read YAML 1.1 would take it as false
        = help: write \`greylist: false\`
        = fix: \`postern check --fix\` does it
      `,
    )
  })

  it('a tab', () => {
    const files = {
      'rules/20-rcpt.yaml': 'chains:\n  rcpt:\n    - id: local\n\t  when: { rcpt.domain: { in: local } }\n',
    }
    const report = new Report()
    parseYaml(files['rules/20-rcpt.yaml'], 'rules/20-rcpt.yaml', report)
    assert.equal(
      draw(files, report),
      drawing`
      error[YML704]: tab used for indentation
       --> rules/20-rcpt.yaml:4:1
        |
      4 | →  when: { rcpt.domain: { in: local } }
        | ^ tab
        |
        = note: YAML forbids tabs in indentation; the line should start with 6 spaces
        = help: replace tabs at the start of lines by spaces, in the whole file
        = fix: \`postern check --fix=all\`: indent it by 6 spaces
      `,
    )
  })

  it('a merge key and its anchor', () => {
    const files = {
      'rules/20-rcpt.yaml':
        'chains:\n  rcpt:\n    - &base\n      id: local-ok\n      do: accept\n    # the same\n    - <<: *base\n      id: other\n',
    }
    const report = new Report()
    parseYaml(files['rules/20-rcpt.yaml'], 'rules/20-rcpt.yaml', report)
    assert.equal(
      draw(files, report),
      drawing`
      error[YML705]: merge key \`<<\` is not supported
       --> rules/20-rcpt.yaml:7:7
        |
      3 |     - &base
        |       ----- anchor defined here
      ...
      7 |     - <<: *base
        |       ^^^^^^^^^ YAML 1.1 merge key
        |
        = note: YAML 1.2 has no merge key: it would become a key named \`<<\`
        = help: write the keys out here
      `,
    )
  })

  it('a negated network', () => {
    const files = { 'lists.yaml': 'lists:\n  a:\n    of: ip\n    entries: [ !10.0.0.0/8, 192.0.2.0/24 ]\n' }
    const report = new Report()
    parseYaml(files['lists.yaml'], 'lists.yaml', report)
    assert.equal(
      draw(files, report),
      drawing`
      error[YML706]: \`!10.0.0.0/8\` is a YAML tag, not a negated network
       --> lists.yaml:4:16
        |
      4 |     entries: [ !10.0.0.0/8, 192.0.2.0/24 ]
        |                ^^^^^^^^^^^ read as an empty value
        |
        = help: quote it: "!10.0.0.0/8"
        = fix: \`postern check --fix\` does it
      `,
    )
  })
})
