/** Checks tests without running them: their shape, that they expect something, and that what they name exists. */
import type { Report } from '../language/diagnostic.ts'
import { entriesOf, entryOf, itemsOf, type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { checkSchema } from '../language/schema/check.ts'
import { SUITE_SCHEMA, TEST_SCHEMA } from '../language/files/session-schema.ts'
import { didYouMean } from '../language/fix.ts'
import { parseDuration } from '../language/units.ts'
import { rowsOf } from './test-table.ts'

/** `root` is a suite, or a plugin or ruleset with inline tests. */
export function checkTests(root: MapNode, report: Report): void {
  if (valueOf(root, 'suite')) {
    isSuite(root, report)
    return
  }
  const rules = ruleNames(root)
  const given = [...namesIn(root, 'params'), ...namesIn(root, 'lists')]
  for (const test of casesIn(valueOf(root, 'tests'), report)) {
    if (!isTest(test, report)) continue
    checkRuleNames(test, rules, report)
    for (const key of ['params', 'lists']) checkGiven(test, key, given, report)
  }
}

/** The tests of a list of them, each row of a table for itself; what is wrong with a table has been reported. */
export function casesIn(tests: YamlNode | undefined, report: Report): readonly YamlNode[] {
  return tests?.kind === 'seq' ? tests.items.flatMap((test) => rowsOf(test, report)) : []
}

/** Whether it has the shape of a suite, and each test says what must hold; what is wrong has been reported. */
export function isSuite(root: MapNode, report: Report): boolean {
  const cases = casesIn(valueOf(root, 'tests'), report)
  const isEmpty = cases.map((test) => expectsNothing(test, report))
  const isSound = !isEmpty.some(Boolean) && checkSchema(root, SUITE_SCHEMA, report, { what: 'a suite' })
  return isSound && cases.every((test) => isTest(test, report))
}

/** Whether it has the shape of a test, and says what must hold; what is wrong has been reported. */
export function isTest(test: YamlNode, report: Report): test is MapNode {
  const isSound = !expectsNothing(test, report) && checkSchema(test, TEST_SCHEMA, report, { what: 'a test' })
  return isSound && hasOneMark(test, report) && expectsInSteps(test, report) && goesForward(test, report)
}

function expectsInSteps(test: YamlNode, report: Report): boolean {
  const expect = test.kind === 'map' && valueOf(test, 'steps') ? entryOf(test, 'expect') : undefined
  if (!expect) return true
  report.add({
    code: 'CFG115',
    at: expect.key.at,
    message: '`expect` has no effect beside `steps`',
    help: 'say in each step what must hold there',
  })
  return false
}

/** Time does not run backwards. */
function goesForward(test: YamlNode, report: Report): boolean {
  let latest = 0
  return itemsOf(test.kind === 'map' ? valueOf(test, 'steps') : undefined).every((step) => {
    const at = step.kind === 'map' ? valueOf(step, 'at') : undefined
    const time = at?.kind === 'scalar' ? (parseDuration(at.source) ?? latest) : latest
    if (time < latest)
      report.add({
        code: 'TST903',
        at: at?.at ?? step.at,
        message: 'this step comes before the one above it',
        help: '`at` counts from the start of the test: put the steps in order',
      })
    const isLater = time >= latest
    latest = time
    return isLater
  })
}

function hasOneMark(test: YamlNode, report: Report): boolean {
  const skip = test.kind === 'map' ? entryOf(test, 'skip') : undefined
  const todo = test.kind === 'map' ? entryOf(test, 'todo') : undefined
  if (!skip || !todo) return true
  report.add({
    code: 'CFG115',
    at: todo.key.at,
    message: '`todo` has no effect beside `skip`',
    labels: [{ ...skip.key.at, text: 'the test is left out' }],
    help: 'delete one of them',
  })
  return false
}

function expectsNothing(test: YamlNode, report: Report): boolean {
  const expectations = test.kind === 'map' ? expectationsOf(test) : []
  const empty = expectations.find(isEmptyNode)
  const snapshot = test.kind === 'map' ? valueOf(test, 'snapshot') : undefined
  const isStored = snapshot?.kind === 'scalar' && snapshot.value === true
  const isEmpty = empty !== undefined || (test.kind === 'map' && expectations.length === 0 && !isStored)
  if (isEmpty)
    report.add({
      code: 'TST902',
      at: empty?.at ?? (test.kind === 'map' ? (valueOf(test, 'name')?.at ?? test.at) : test.at),
      message: 'a test that expects nothing cannot fail',
      help: 'say what must hold: `expect: { hook: rcpt, return: DENY }`',
    })
  return isEmpty
}

/** Of the test, and of its steps. */
function expectationsOf(test: MapNode): readonly YamlNode[] {
  const steps = itemsOf(valueOf(test, 'steps'))
  return [test, ...steps].flatMap((one) => (one.kind === 'map' ? (valueOf(one, 'expect') ?? []) : []))
}

function isEmptyNode(node: YamlNode): boolean {
  return (node.kind === 'map' && node.entries.length === 0) || (node.kind === 'seq' && node.items.length === 0)
}

function namesIn(root: MapNode, key: string): readonly string[] {
  return entriesOf(valueOf(root, key)).map((entry) => entry.key.value)
}

function checkGiven(test: MapNode, where: string, known: readonly string[], report: Report): void {
  const node = valueOf(test, where)
  for (const { key } of entriesOf(node)) {
    if (known.includes(key.value)) continue
    report.add({
      code: 'TST901',
      at: key.at,
      message: `the test gives \`${key.value}\`, and there is no such parameter or list`,
      ...didYouMean(key, key.value, known),
      help:
        known.length > 0 ? `parameters and lists: ${known.join(', ')}` : 'this plugin has neither parameters nor lists',
    })
  }
}

function ruleNames(root: MapNode): readonly string[] {
  const hooks = valueOf(root, 'hooks')
  const chains = hooks?.kind === 'map' ? hooks.entries.map(({ value }) => value) : []
  const rules = chains.flatMap(itemsOf)
  return rules.flatMap((rule) => (rule.kind === 'map' ? (textOf(valueOf(rule, 'id')) ?? []) : []))
}

function checkRuleNames(test: MapNode, rules: readonly string[], report: Report): void {
  for (const one of expectationsOf(test).flatMap((node) => (node.kind === 'seq' ? node.items : [node]))) {
    const node = one.kind === 'map' ? valueOf(one, 'rule') : undefined
    const name = textOf(node)
    if (node?.kind !== 'scalar' || name === undefined || name === 'none' || rules.includes(name) || rules.length === 0)
      continue
    report.add({
      code: 'TST901',
      at: node.at,
      message: `the test names a rule \`${name}\` that does not exist`,
      ...didYouMean(node, name, rules),
      help: `rules of this plugin: ${rules.slice(0, 12).join(', ')}`,
    })
  }
}
