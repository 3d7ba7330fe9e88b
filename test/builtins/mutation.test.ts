/** Every change of a shipped rule is noticed by a test, or the rule says why it cannot be: `npm run policy` shows which. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unacceptedIn } from '../../src/cli/formats/mutation-lines.ts'
import { runAllTests } from '../../src/cli/run-all-tests.ts'

const SHIPPED = /^(?:builtins|rules|examples)\//

test('no change of builtins, rules and examples goes unnoticed', async () => {
  const mutate = { maxMutants: 100_000, maxSurvivors: 0 }
  const selection = { filters: [], shard: undefined, bail: false, coverage: false, mutate }
  const paths = ['builtins', 'rules', 'examples', 'test/builtins']
  const { mutation } = await runAllTests(paths, selection, () => undefined)
  assert.ok(mutation && mutation.killed > 300)
  assert.deepEqual(mutation.idle, [])
  const survivors = unacceptedIn(mutation).filter(({ file }) => SHIPPED.test(file))
  assert.deepEqual(
    survivors.map(({ file, line, name, what }) => `${file}:${line} ${name}: ${what}`),
    [],
  )
})
