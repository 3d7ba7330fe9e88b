/** An imported site that is printed reads back as it was. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { entry, map, scalar, seq } from '../../../src/compiler/import/nodes.ts'
import { printSite } from '../../../src/compiler/import/print-site.ts'
import { Report, startOf } from '../../../src/language/diagnostic.ts'
import { toJson, type YamlNode } from '../../../src/language/node.ts'
import { parseYaml } from '../../../src/language/yaml/parse.ts'

const AT = startOf('x')
const value = fc.oneof(
  fc.string().map((text) => scalar(text, AT)),
  fc
    .constantFrom('yes', 'NULL', '5d', '@x', '# y', 'a: b', '*', '- x', '0755', '1e3', '~', '', '/a/b', 'queue/maildir')
    .map((text) => scalar(text, AT)),
  fc.integer().map((number) => scalar(number, AT)),
  fc.boolean().map((flag) => scalar(flag, AT)),
)
const name = fc.oneof(fc.stringMatching(/^[a-z][a-z_:]{0,9}$/), fc.string({ minLength: 1 }))
const args = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 4 })
const tree: fc.Arbitrary<YamlNode> = fc.oneof(
  value,
  fc.array(value, { maxLength: 4 }).map((items) => seq(items, AT)),
  args.map((pairs) =>
    map(
      pairs.map(([key, one]) => entry(key, one)),
      AT,
    ),
  ),
)

describe('printSite', () => {
  it('prints what YAML reads back', () => {
    fc.assert(
      fc.property(tree, fc.array(tree), (about, plugins) => {
        const root = map([entry('about', about), entry('plugins', seq(plugins, AT))], AT)
        const text = printSite({ root, left: [] }, ['made by hand'])
        const report = new Report()
        const read = parseYaml(text, 'postern.yaml', report)
        assert.deepEqual(report.sorted(), [], text)
        assert.deepEqual(read && toJson(read), toJson(root), text)
      }),
    )
  })

  it('says in a comment what is not there, in its place', () => {
    const root = map([entry('plugins', seq([scalar('a', AT), scalar('b', AT)], AT))], AT)
    const left = [
      { before: 1, text: 'x\ny' },
      { before: 2, text: 'z' },
    ]
    assert.equal(printSite({ root, left }, ['head']), '# head\nplugins:\n  - a\n  # x y\n  - b\n  # z\n')
  })
})
