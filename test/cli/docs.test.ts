/** docs/builtins.md is made from the builtins, and says what they say now. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { operatorsOf } from '../../src/compiler/rules/operators.ts'
import { runPostern } from '../support/run-postern.ts'
import { builtinsMarkdown } from '../../src/cli/documentation/plugin-page.ts'

test('docs/builtins.md is fresh; `npm run docs` makes it', async () => {
  assert.ok((await readFile('docs/builtins.md', 'utf8')) === (await builtinsMarkdown()), 'run `npm run docs`')
})

test('every operator has a page', () => {
  for (const name of operatorsOf('domain'))
    assert.match(runPostern(['docs', name]).stdout, new RegExp(`^Operator ${name}: `))
})

test('what nothing is called is answered with what is called nearly so, of its kind, or with where to look', () => {
  const told: Readonly<Record<string, RegExp>> = {
    FLW999: /nothing is called `FLW999`; `postern list codes` shows the codes/,
    cfg10l: /nothing is called `cfg10l`; did you mean the code `CFG101`\?/,
    remote_ips: /did you mean the fact `remote_ip`\?/,
    dnsbll: /did you mean the builtin and word `dnsbl`\?/,
    starts_wiht: /did you mean the operator `starts_with`\?/,
    zzzzzzzz: /`postern list builtins`, `list words`/,
  }
  for (const [name, answer] of Object.entries(told)) {
    const { code, stderr } = runPostern(['docs', name])
    assert.equal(code, 1)
    assert.match(stderr, answer)
  }
})
