/** Why a test does not hold: the decision it is about, the rule that took it, and the comparisons of that rule. */
import type { Decision } from '../core/decision.ts'
import type { RuleTrace } from '../core/trace.ts'
import { decisionMeant } from './compare.ts'
import type { Expectation } from './test-case.ts'
import type { Walked } from './walk.ts'

export function decidedBy(expected: Expectation, walked: Walked): { readonly decided?: string } {
  const decision = aboutDecision(expected, walked)
  if (!decision) return {}
  const { hook, rcpt, reply, return: code, plugin, rule, at } = decision
  const by = rule === undefined ? 'no rule' : `${plugin}/${rule} (${at})`
  return { decided: `${hook}${rcpt === undefined ? '' : ` ${rcpt}`}: ${reply || code} by ${by}` }
}

export function reasonsOf(expected: Expectation, walked: Walked): readonly string[] {
  const decision = aboutDecision(expected, walked)
  const atoms = (decision && decidingTrace(decision, expected, walked))?.atoms ?? []
  return atoms.map(
    ({ test, truth, saw, because }) =>
      `${test} → ${truth}${saw === undefined ? '' : `, saw ${saw}`}${because === undefined ? '' : ` (${because})`}`,
  )
}

/** The decision meant; where the session did not get there, the one it ended with. */
function aboutDecision(expected: Expectation, walked: Walked): Decision | undefined {
  return decisionMeant(expected, walked)?.decision ?? walked.decisions.at(-1)
}

/**
 * A delayed refusal was decided at an earlier hook; where no rule decided, the one that was expected says why, else the last one
 * asked comes nearest.
 */
function decidingTrace(
  { plugin, rule, trace }: Decision,
  expected: Expectation,
  { decisions }: Walked,
): RuleTrace | undefined {
  const traces = [...decisions.flatMap((decision) => decision.trace), ...trace]
  const deciding = traces.findLast((one) => one.rule === rule && one.plugin === plugin && one.truth !== 'miss')
  const wanted = rule === undefined ? traces.findLast((one) => one.rule === expected.rule) : undefined
  return deciding ?? wanted ?? trace.at(-1)
}
