/** What we ship is tested by its own tests, rule by rule: `npm run policy` shows what is missing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingIn } from '../../src/testing/coverage-missing.ts'
import { runAllTests } from '../../src/cli/run-all-tests.ts'

const SHIPPED = /^(?:builtins|rules|examples)\//

test('every rule, condition, reply and list of builtins, rules and examples is reached by a test', async () => {
  const selection = { filters: [], shard: undefined, bail: false, coverage: true }
  const paths = ['builtins', 'rules', 'examples', 'test/builtins']
  const { coverage, diagnostics, results } = await runAllTests(paths, selection, () => undefined)
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    results.filter(({ status }) => status !== 'passed').map(({ suite, name, status }) => `${suite}: ${name} ${status}`),
    [],
  )
  assert.ok(coverage && coverage.rules.total > 50)
  const files = coverage.files.filter(({ file }) => SHIPPED.test(file))
  assert.deepEqual(missingIn({ ...coverage, files }), [])
})
