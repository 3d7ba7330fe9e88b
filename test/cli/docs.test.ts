/** docs/builtins.md is made from the builtins, and says what they say now. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { builtinsMarkdown } from '../../src/cli/plugin-page.ts'

test('docs/builtins.md is fresh; `npm run docs` makes it', async () => {
  assert.ok((await readFile('docs/builtins.md', 'utf8')) === (await builtinsMarkdown()), 'run `npm run docs`')
})
