/** Rules that a test names and that were never asked: such a test says nothing about its rule. */
import type { Outcome } from '../core/outcome.ts'
import type { Program } from '../core/program.ts'
import { suggest } from '../language/suggest.ts'
import type { Expectation } from './test-case.ts'

/** A sentence for each. */
export function neverAsked(
  expect: readonly Expectation[],
  outcomes: readonly Outcome[],
  program: Program,
): readonly string[] {
  const named = expect.filter(({ rule }) => rule !== undefined && rule !== 'none')
  return named
    .filter((expected) => !outcomes.some((outcome) => asks(outcome, expected)))
    .map((one) => sentence(one, program))
}

function asks({ trace = [] }: Outcome, expected: Expectation): boolean {
  return trace.some(
    ({ rule, plugin }) =>
      rule === expected.rule &&
      (expected.plugin === undefined || expected.plugin === 'none' || plugin === expected.plugin),
  )
}

function sentence({ rule = '', plugin }: Expectation, program: Program): string {
  const chains = [...program.chains.values()].flat()
  const of = plugin !== undefined && program.plugins.includes(plugin) ? plugin : undefined
  const names = chains.filter((chain) => of === undefined || chain.plugin === of).flatMap(({ rules }) => rules)
  const known = new Set(names.map(({ id }) => id))
  if (known.has(rule)) return `rule \`${rule}\` was never asked`
  const near = suggest(rule, [...known])
  return `there is no rule \`${rule}\`${of === undefined ? '' : ` in \`${of}\``} here${near ? `; did you mean \`${near}\`?` : ''}`
}
