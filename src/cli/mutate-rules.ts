/** `postern test --mutate`: changes the rules one by one, and says which changes no test notices. */
import type { RuleFile } from '../testing/coverage-inventory.ts'
import { acceptancesIn } from '../testing/mutation/acceptance.ts'
import { diffOf } from '../testing/mutation/diff.ts'
import type { Mutant } from '../testing/mutation/mutant.ts'
import { mutantsOf } from '../testing/mutation/mutants-of.ts'
import type { JsonSurvivor, MutationReport } from '../testing/mutation/report-shape.ts'
import {
  type Fate,
  idleAcceptances,
  type Judged,
  runMutant,
  sample,
  type TouchedRules,
} from '../testing/mutation/run-mutants.ts'
import type { TestEnvironment } from '../testing/run-tests.ts'
import { shown } from './find-files.ts'

export interface Mutating {
  readonly maxSurvivors: number
  readonly maxMutants: number
  readonly shard: { readonly index: number; readonly of: number } | undefined
  /** Some tests were left out: what none of the others touches is not their business. */
  readonly onlyTouched: boolean
}

export interface MutationInput {
  readonly files: readonly RuleFile[]
  readonly sources: ReadonlyMap<string, string>
  readonly touched: TouchedRules
  readonly environment: TestEnvironment
}

export async function mutateRules(
  input: MutationInput,
  { maxSurvivors, maxMutants, shard, onlyTouched }: Mutating,
  onProgress: (text: string) => void,
): Promise<MutationReport> {
  const words = [...input.environment.vocabulary.matchers.values()].filter(({ outside }) => outside)
  const answered = new Set(words.map(({ name }) => name))
  const all = input.files.flatMap(({ path, root }) => mutantsOf(path, root, answered))
  const own = all.filter((_, index) => shard === undefined || (index + 1 - shard.index) % shard.of === 0)
  const touched = onlyTouched ? own.filter((mutant) => input.touched.of(mutant).length > 0) : own
  const chosen = sample(touched, maxMutants)
  const judged: Judged[] = []
  for (const mutant of chosen) {
    onProgress(`mutant ${judged.length + 1} of ${chosen.length}  ${shown(mutant.file)}`)
    judged.push(await runMutant(mutant, input.touched, input.environment))
  }
  return reportOf(judged, { ...input, maxSurvivors, leftOut: all.length - chosen.length })
}

interface Summing extends MutationInput {
  readonly maxSurvivors: number
  readonly leftOut: number
}

function reportOf(judged: readonly Judged[], { files, sources, maxSurvivors, leftOut }: Summing): MutationReport {
  const count = (fate: Fate): number => judged.filter((one) => one.fate === fate).length
  const survivors = judged.filter(({ fate }) => fate === 'survived' || fate === 'accepted')
  const stated = files.flatMap(({ root }) => acceptancesIn(root))
  return {
    mutants: count('killed') + survivors.length,
    killed: count('killed'),
    survived: count('survived'),
    accepted: count('accepted'),
    left_out: leftOut,
    max_survivors: maxSurvivors,
    survivors: survivors.map((one) => survivorOf(one, sources)),
    idle: (leftOut > 0 ? [] : idleAcceptances(stated, judged)).map(({ at, reason }) => ({
      file: shown(at.file),
      line: at.range.start.line,
      reason,
    })),
  }
}

function survivorOf({ mutant, tests }: Judged, sources: ReadonlyMap<string, string>): JsonSurvivor {
  const { file, at, mutation, name, hook, what, edit, accepted }: Mutant = mutant
  return {
    file: shown(file),
    line: at.range.start.line,
    column: at.range.start.column,
    mutation,
    name,
    ...(hook !== undefined && { hook }),
    what,
    diff: diffOf(edit, sources.get(file) ?? ''),
    tests,
    ...(accepted && { accepted: accepted.reason }),
  }
}
