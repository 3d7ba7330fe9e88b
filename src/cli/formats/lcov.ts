/**
 * Coverage as lcov's tracefile (geninfo(1)), for editors and coverage services: rules are functions and lines, conditions
 * are branches: the first taken when the condition hit, the second when it missed.
 */
import { visible } from '../../language/render/display.ts'
import { type CoveredCondition, type CoveredFile, conditionsOf } from '../../testing/covered.ts'
import type { SavedReport } from '../../testing/report-shape.ts'

export function renderLcov({ coverage }: SavedReport): string {
  const files = coverage?.files ?? []
  return files
    .filter((file) => linesOf(file).size > 0)
    .flatMap(record)
    .join('\n')
}

function record(file: CoveredFile): readonly string[] {
  return ['TN:', `SF:${visible(file.file)}`, ...functions(file), ...branches(file), ...lines(file), 'end_of_record']
}

function functions({ rules }: CoveredFile): readonly string[] {
  const named = rules.map(({ rule, hook, line, matched }) => ({
    name: visible(`${hook}/${rule}`).replaceAll(', ', '+'),
    line,
    matched,
  }))
  return [
    ...named.map(({ name, line }) => `FN:${line},${name}`),
    ...named.map(({ name, matched }) => `FNDA:${matched},${name}`),
    `FNF:${named.length}`,
    `FNH:${named.filter(({ matched }) => matched > 0).length}`,
  ]
}

function branches(file: CoveredFile): readonly string[] {
  const conditions = conditionsOf(file)
  const taken = conditions.flatMap(({ hit, missed }) => [hit, missed])
  return [...conditions.flatMap(branchPair), `BRF:${taken.length}`, `BRH:${taken.filter((times) => times > 0).length}`]
}

/** The column tells the conditions of a line apart. `-`: it was never asked. */
function branchPair({ line, column, hit, missed, unknown }: CoveredCondition): readonly string[] {
  const isAsked = hit + missed + unknown > 0
  return [hit, missed].map((times, branch) => `BRDA:${line},${column},${branch},${isAsked ? times : '-'}`)
}

function lines(file: CoveredFile): readonly string[] {
  const hits = linesOf(file)
  return [
    ...[...hits].toSorted(([a], [b]) => a - b).map(([line, times]) => `DA:${line},${times}`),
    `LF:${hits.size}`,
    `LH:${[...hits.values()].filter((times) => times > 0).length}`,
  ]
}

/** A line is covered as well as what is covered least on it. */
function linesOf(file: CoveredFile): ReadonlyMap<number, number> {
  const hits = new Map<number, number>()
  const note = (line: number, times: number): unknown => hits.set(line, Math.min(times, hits.get(line) ?? times))
  for (const { line, matched, reply } of file.rules) {
    note(line, matched)
    if (reply) note(reply.line, reply.spoken)
  }
  for (const { line, hit, missed, unknown } of conditionsOf(file)) note(line, hit + missed + unknown)
  return hits
}
