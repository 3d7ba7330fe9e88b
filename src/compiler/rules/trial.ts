/** Rules on trial: until when, and for which clients. What `mode: monitor` does is the engine's affair (`ask-rule.ts`). */
import type { Rule, Test, Trial } from '../../core/program.ts'
import { standing } from '../../core/sample.ts'
import { placeOf } from '../../language/diagnostic.ts'
import type { ScalarNode } from '../../language/node.ts'
import type { TrialNodes } from '../../language/trial.ts'
import { all } from './condition.ts'
import { complain, type Scope } from './scope.ts'

/** A trial, and the test for its clients. */
export interface CompiledTrial extends Trial {
  readonly isSampled?: Test
}

export function compileTrial({ until, sample }: TrialNodes, scope: Scope): CompiledTrial {
  if (until) checkDay(until, scope)
  const share = sample && Number.parseFloat(String(sample.value)) / 100
  return {
    ...(until && { until: String(until.value) }),
    ...(sample && share !== undefined && { sample: share, isSampled: sampleTest(sample, share) }),
  }
}

function checkDay(until: ScalarNode, scope: Scope): void {
  const { today } = scope
  if (today === undefined || String(until.value) >= today) return
  complain(scope, {
    code: 'CFG116',
    severity: 'warning',
    at: until.at,
    message: `this trial is over since ${String(until.value)}`,
    label: `today is ${today}`,
    help: 'decide: delete `mode: monitor` or the rule, or give it another day\n`postern monitor` says what the trial has shown',
  })
}

function sampleTest({ at, source }: ScalarNode, share: number): Test {
  const atom = { at: placeOf(at), test: `sample: ${source}` }
  return ({ connection, trace }) => {
    const truth = standing(connection.remote.ip) < share ? 'hit' : 'miss'
    trace?.push({ ...atom, truth, saw: connection.remote.ip })
    return truth
  }
}

/** Asked for the clients of the sample alone. A rule's own keys count before those of its plugin's entry. */
export function onTrial(rule: Rule, own: CompiledTrial, entry: CompiledTrial): Rule {
  if (rule.mode !== 'monitor') return rule
  const { isSampled, ...trial } = { ...entry, ...own }
  return { ...rule, ...(isSampled && { test: all([isSampled, rule.test]) }), trial }
}
