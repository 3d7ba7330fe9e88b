/** The example of docs/attach.md is right, and the hooks it says are never asked are those. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { NEVER_ASKED } from '../../src/core/position.ts'
import { checkExample, examplesOf } from '../compiler/diagnostics-page.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/attach.md'), 'utf8')

it('docs/attach.md shows a site without a finding', async () => {
  const examples = examplesOf(PAGE).filter(({ kind }) => kind.startsWith('yaml'))
  assert.equal(examples.length, 1)
  for (const example of examples) assert.deepEqual(await checkExample(example), [])
})

it('docs/attach.md names the hooks that are never asked', () => {
  const [, milter = '', policy = ''] = /\*\*Never asked\*\*: ([^;]*); ([^.]*)\./.exec(PAGE) ?? []
  const named = (text: string): readonly string[] => Array.from(text.matchAll(/`(\w+)`/g), ([, name = '']) => name)
  assert.deepEqual(named(milter).toSorted(), [...NEVER_ASKED.milter].toSorted())
  assert.deepEqual([...named(milter), ...named(policy)].toSorted(), [...NEVER_ASKED.policy].toSorted())
})
