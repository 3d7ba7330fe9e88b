/** `skippable`: the plugin's exemption for recipients whose policy skips it. */
import type { Test } from '../../core/program.ts'
import { truthOf } from '../../core/truth.ts'
import { placeOf, type Span } from '../../language/diagnostic.ts'
import { any } from '../rules/condition.ts'
import type { Scope } from '../rules/scope.ts'

export function skipTest(at: Span, unless: Test | undefined, scope: Scope): Test {
  const { plugin } = scope
  scope.split.read(scope, at, { name: `skip ${plugin}`, read: ({ policy }) => policy?.skip.has(plugin) ?? false })
  const skipped: Test = ({ recipient, trace }) => {
    const truth = truthOf(recipient?.policy?.skip.has(plugin) ?? false)
    if (recipient) trace?.push({ at: placeOf(at), test: `policy skips: ${plugin}`, truth })
    return truth
  }
  return unless ? any([unless, skipped]) : skipped
}
