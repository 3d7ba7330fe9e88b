/** A report as JSON: whole, as `postern report` reads it again, or a line for each thing found. */
import type { SavedReport } from '../../testing/report-shape.ts'

export function renderJson(report: SavedReport): string {
  return JSON.stringify(report)
}

/** Every line is an object with a `kind`; the summary is last, so that a report that was cut off can be told. */
export function renderNdjson({ version, tool, command, summary, ...found }: SavedReport): string {
  const { diagnostics, suppressed = [], excerpts, tests = [], coverage, mutation, snapshots, failure } = found
  const lines = [
    { kind: 'run', version, tool, command },
    ...diagnostics.map((diagnostic) => ({ kind: 'diagnostic', ...diagnostic })),
    ...suppressed.map((one) => ({ kind: 'suppressed', ...one })),
    ...tests.map((test) => ({ kind: 'test', ...test })),
    ...(coverage ? [{ kind: 'coverage', ...coverage }] : []),
    ...(mutation ? [{ kind: 'mutation', ...mutation }] : []),
    ...(snapshots ? [{ kind: 'snapshots', ...snapshots }] : []),
    ...excerpts.map((excerpt) => ({ kind: 'excerpt', ...excerpt })),
    ...(failure === undefined ? [] : [{ kind: 'failure', message: failure }]),
    { kind: 'summary', ...summary },
  ]
  return lines.map((line) => JSON.stringify(line)).join('\n')
}
