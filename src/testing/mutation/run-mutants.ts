/**
 * Runs mutants: each against the tests that touched what it changes, until one of them fails.
 *
 * A mutant that no test notices survives. One that `postern check` would refuse is not counted, and neither is a swap
 * that changes the course of no session.
 */
import type { Outcome } from '../../core/outcome.ts'
import type { MapNode } from '../../language/node.ts'
import { Report } from '../../language/diagnostic.ts'
import { type PreparedTest, runTest, type TestEnvironment } from '../run-tests.ts'
import type { Acceptance, Mutant } from './mutant.ts'

/** `same`: no session takes another course. */
export type Fate = 'killed' | 'survived' | 'accepted' | 'refused' | 'same'

export interface Judged {
  readonly mutant: Mutant
  readonly fate: Fate
  /** Tests that touch it. */
  readonly tests: number
}

/** What each test asked when nothing was changed: gathered while the tests run. */
export class TouchedRules {
  readonly #tests = new Map<string, Set<PreparedTest>>()
  readonly #courses = new Map<PreparedTest, string>()

  note(test: PreparedTest, outcomes: readonly Outcome[]): void {
    this.#courses.set(test, courseOf(outcomes))
    for (const { at, atoms } of outcomes.flatMap(({ trace = [] }) => trace))
      for (const key of [at, ...atoms.map((atom) => atom.at)]) this.#add(key, test)
  }

  /** In the order in which they ran. */
  of({ touches }: Mutant): readonly PreparedTest[] {
    return [...new Set(touches.flatMap((key) => [...(this.#tests.get(key) ?? [])]))]
  }

  course(test: PreparedTest): string | undefined {
    return this.#courses.get(test)
  }

  #add(key: string, test: PreparedTest): void {
    const tests = this.#tests.get(key)
    if (tests) tests.add(test)
    else this.#tests.set(key, new Set([test]))
  }
}

/** Who decided what, and which rules had their effects. */
function courseOf(outcomes: readonly Outcome[]): string {
  return JSON.stringify(
    outcomes.map(({ hook, verdict, by, trace = [] }) => [
      hook,
      verdict.code,
      by?.at,
      trace.flatMap(({ truth, at }) => (truth === 'miss' ? [] : at)).toSorted(),
    ]),
  )
}

export async function runMutant(mutant: Mutant, touched: TouchedRules, environment: TestEnvironment): Promise<Judged> {
  const tests = touched.of(mutant)
  const trees = new Map<string, MapNode>([...(environment.trees ?? []), [mutant.file, mutant.tree]])
  const changed = { ...environment, trees, programs: new Map() }
  const fate = await fateOf(mutant, tests, touched, changed)
  return { mutant, fate: fate === 'survived' && mutant.accepted ? 'accepted' : fate, tests: tests.length }
}

async function fateOf(
  mutant: Mutant,
  tests: readonly PreparedTest[],
  touched: TouchedRules,
  environment: TestEnvironment,
): Promise<Fate> {
  let isRefused = tests.length > 0
  let isSame = mutant.needsAnotherCourse
  const observe: TestEnvironment['observe'] = (outcomes, _, test) => {
    isSame &&= courseOf(outcomes) === touched.course(test)
  }
  for (const prepared of tests) {
    const { program } = await prepared.subject.compile(prepared.test, new Report(), environment)
    if (!program) continue
    isRefused = false
    if (!(await runTest(prepared, { ...environment, observe })).passed) return 'killed'
  }
  if (isRefused) return 'refused'
  return isSame ? 'same' : 'survived'
}

/** So many of them, from everywhere alike. */
export function sample<T>(all: readonly T[], most: number): readonly T[] {
  return all.length <= most
    ? all
    : all.filter(
        (_, index) => Math.floor((index * most) / all.length) !== Math.floor(((index - 1) * most) / all.length),
      )
}

/** Reasons that were stated for nothing. */
export function idleAcceptances(stated: readonly Acceptance[], judged: readonly Judged[]): readonly Acceptance[] {
  const used = new Set(judged.filter(({ fate }) => fate === 'accepted').map(({ mutant }) => mutant.accepted?.at))
  return stated.filter(({ at }) => !used.has(at))
}
