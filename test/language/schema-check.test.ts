/** Schemas against trees: one finding a mistake, at its place, in words, with what to type. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DIAGNOSTIC_CODES } from '../../src/language/codes.ts'
import { checkSchema, toOptions } from '../../src/language/schema/check.ts'
import { findings, parse, tree } from './findings.ts'
import { SCHEMA, SCHEMA_CASES, USE } from './schema-cases.ts'

describe('checkSchema', () => {
  for (const { name, text, says, message, help } of SCHEMA_CASES) {
    it(name, () => {
      const { node, report } = parse(text.startsWith('!') ? text.slice(1).trimStart() : `host: mx\n${text}`)
      assert.ok(node)
      const good = checkSchema(node, SCHEMA, report, USE)
      assert.deepEqual(findings(report), says)
      assert.equal(good, says.length === 0)
      const [first] = report.sorted()
      if (message !== undefined) assert.equal(first?.message, message)
      if (help !== undefined) assert.equal(first?.help, help)
    })
  }

  it('each code has a case', () => {
    const ours = ['CFG101', 'CFG102', 'CFG103', 'CFG104', 'CFG105', 'CFG112', 'CFG113', 'YML702', 'YML709', 'YML710']
    const seen = new Set(SCHEMA_CASES.flatMap(({ says }) => says.map((line) => line.split(' ')[1])))
    assert.deepEqual(
      ours.filter((code) => !(code in DIAGNOSTIC_CODES) || !seen.has(code)),
      [],
    )
  })

  it('says the hook and the rule, and what the key meant is for', () => {
    const { node, report } = parse('hots: mx')
    assert.ok(node)
    checkSchema(node, SCHEMA, report, { ...USE, hook: 'rcpt', rule: 'partner' })
    const [first] = report.sorted()
    assert.deepEqual([first?.hook, first?.rule, first?.notes], ['rcpt', 'partner', ['`host`: Where mail goes']])
  })

  it('leaves the entries of a list without `items` to others, and looks into everything else', () => {
    const { node, report } = parse('rules: [@x]')
    assert.ok(node)
    assert.ok(checkSchema(node, { type: 'object', properties: { rules: { type: 'array' } } }, report, USE))
    assert.ok(!checkSchema(node, { type: 'object', properties: { rules: {} } }, report, USE))
    assert.equal(report.errors, 1)
  })

  it('lists up to twelve values, and the nearest of more', () => {
    const values = Array.from({ length: 13 }, (_, index) => `value-${'abcdefghijklm'[index]}`)
    const help = (list: readonly string[]): string | undefined => {
      const { node, report } = parse('xyzzy')
      assert.ok(node && !checkSchema(node, { enum: list }, report, { what: 'it' }))
      return report.sorted()[0]?.help
    }
    assert.equal(help(values.slice(1)), `values allowed: ${values.slice(1).join(', ')}`)
    assert.match(help(values) ?? '', /^the nearest of 13 values allowed: value-\w, value-\w, value-\w$/)
  })
})

describe('toOptions', () => {
  const options = (text: string): unknown => JSON.parse(JSON.stringify(toOptions(tree(text), SCHEMA, USE.definitions)))

  it('fills in defaults, counts durations in milliseconds and sizes in octets', () => {
    assert.deepEqual(options('host: mx'), { port: 25, wait: 5000, host: 'mx' })
    assert.deepEqual(options('host: mx\nwait: 30\nlimit: 10 MiB\nport: 26'), {
      host: 'mx',
      wait: 30_000,
      limit: 10_485_760,
      port: 26,
    })
    assert.deepEqual(options('host: mx\nhosts: [{ name: a }]\nswitch: { name: b }'), {
      host: 'mx',
      port: 25,
      wait: 5000,
      hosts: [{ name: 'a', port: 25 }],
      switch: { name: 'b', port: 25 },
    })
  })

  it('keeps entries of lists as typed', () => {
    assert.deepEqual(options('host: mx\nzones: [10.0, a, "5.10", true]'), {
      host: 'mx',
      port: 25,
      wait: 5000,
      zones: ['10.0', 'a', '5.10', 'true'],
    })
    assert.deepEqual(options('host: mx\nzones: lists/zones'), {
      host: 'mx',
      port: 25,
      wait: 5000,
      zones: 'lists/zones',
    })
  })

  it('leaves out keys of one’s own, and knows no prototype', () => {
    const value = toOptions(tree('x-a: 1\n__proto__: 2'), { type: 'object' })
    assert.deepEqual(Object.entries(value ?? {}), [['__proto__', 2]])
    assert.equal(Object.getPrototypeOf(value), null)
  })

  it('takes the alternative the value fits', () => {
    const target = toOptions(tree('url: x'), SCHEMA.properties?.['target'] ?? {})
    assert.deepEqual({ ...Object(target) }, { url: 'x' })
  })
})
