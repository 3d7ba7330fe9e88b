/** What would have happened without the rule that decided: the next one that holds, and its answer. */
import type { Decision } from '../core/decision.ts'
import type { Chain, Program } from '../core/program.ts'

/** The program without the rule at this place (`file:line:column`). */
export function without(program: Program, at: string): Program {
  const thinned = [...program.chains].map(([hook, chains]) => [hook, chains.map((chain) => thin(chain, at))] as const)
  return { ...program, chains: new Map(thinned) }
}

function thin(chain: Chain, at: string): Chain {
  return chain.rules.some((rule) => rule.at === at)
    ? { ...chain, rules: chain.rules.filter((rule) => rule.at !== at) }
    : chain
}

/** The decision that a session comes down to: its last one that a rule made. */
export function lastRuling(decisions: readonly Decision[]): Decision | undefined {
  return decisions.findLast(({ rule, return: code }) => rule !== undefined && code !== 'DECLINED')
}

/** Among the decisions of the same session without its rule: the one at the same place, else the one that ended it. */
export function counterpart(decision: Decision, others: readonly Decision[]): Decision | undefined {
  const same = others.find(({ hook, rcpt }) => hook === decision.hook && rcpt === decision.rcpt)
  return same ?? others.findLast(({ reply }) => reply !== '')
}
