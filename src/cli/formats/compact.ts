/** A line for each finding, as editors and problem matchers read them. */
import { visible } from '../../language/display.ts'
import { renderCompact } from '../../language/format-compact.ts'
import { findingsOf } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'

export function renderCompactReport(report: SavedReport): string {
  const failure = report.failure === undefined ? [] : [`postern: error: ${visible(report.failure)}`]
  const findings = findingsOf(report)
  return [...(findings.length > 0 ? [renderCompact(findings)] : []), ...failure].join('\n')
}
