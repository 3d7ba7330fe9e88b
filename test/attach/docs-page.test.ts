/** The hooks that docs/attach.md says are never asked are those. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { NEVER_ASKED } from '../../src/core/position.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/attach.md'), 'utf8')

it('docs/attach.md names the hooks that are never asked', () => {
  const [, milter = '', policy = ''] = /\*\*Never asked\*\*: ([^;]*); ([^.]*)\./.exec(PAGE) ?? []
  const named = (text: string): readonly string[] => Array.from(text.matchAll(/`(\w+)`/g), ([, name = '']) => name)
  assert.deepEqual(named(milter).toSorted(), [...NEVER_ASKED.milter].toSorted())
  assert.deepEqual([...named(milter), ...named(policy)].toSorted(), [...NEVER_ASKED.policy].toSorted())
})
