/** Checks tests without running them: their shape, and that the rules they name exist. */
import type { Report } from '../language/diagnostic.ts'
import { type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { checkSchema } from '../language/schema-check.ts'
import { SUITE_SCHEMA, TEST_SCHEMA } from '../language/session-schema.ts'
import { suggest } from '../language/suggest.ts'

/** `root` is a suite, or a plugin or ruleset with inline tests. */
export function checkTests(root: MapNode, report: Report): void {
  if (valueOf(root, 'suite')) {
    checkSchema(root, SUITE_SCHEMA, report, { what: 'a suite' })
    return
  }
  const tests = valueOf(root, 'tests')
  if (tests?.kind !== 'seq') return
  const rules = ruleNames(root)
  for (const test of tests.items) {
    if (checkSchema(test, TEST_SCHEMA, report, { what: 'a test' }) && test.kind === 'map' && rules.length > 0)
      checkRuleNames(test, rules, report)
  }
}

function ruleNames(root: MapNode): readonly string[] {
  const hooks = valueOf(root, 'hooks')
  const chains = hooks?.kind === 'map' ? hooks.entries.map(({ value }) => value) : []
  const rules = chains.flatMap((chain) => (chain.kind === 'seq' ? chain.items : []))
  return rules.flatMap((rule) => (rule.kind === 'map' ? (textOf(valueOf(rule, 'id')) ?? []) : []))
}

function checkRuleNames(test: MapNode, rules: readonly string[], report: Report): void {
  const expect = valueOf(test, 'expect')
  const expectations: readonly YamlNode[] = expect?.kind === 'seq' ? expect.items : expect ? [expect] : []
  for (const one of expectations) {
    const node = one.kind === 'map' ? valueOf(one, 'rule') : undefined
    const name = textOf(node)
    if (!node || name === undefined || name === 'none' || rules.includes(name)) continue
    const near = suggest(name, rules)
    report.add({
      code: 'TST901',
      at: node.at,
      message: `the test names a rule \`${name}\` that does not exist`,
      ...(near && { label: `did you mean \`${near}\`?` }),
      help: `rules of this plugin: ${rules.slice(0, 12).join(', ')}`,
    })
  }
}
