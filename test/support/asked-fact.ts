/** What a rule would have read at the last hook that was asked. */
import assert from 'node:assert/strict'
import type { HookContext } from '../../src/core/context.ts'
import { findFact } from '../../src/core/facts.ts'

export function askedFact(name: string, { contexts }: { readonly contexts: readonly HookContext[] }): unknown {
  const { definition } = findFact(name) ?? assert.fail(`no fact ${name}`)
  return definition.read(contexts.at(-1) ?? assert.fail('no hook was asked'), '')
}
