/** A line for each finding, as editors and problem matchers read them. */
import { visible } from '../../language/render/display.ts'
import { renderCompact } from '../../language/render/compact.ts'
import { findingsOf } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'

export function renderCompactReport(report: SavedReport): string {
  const failure = report.failure === undefined ? [] : [`postern: error: ${visible(report.failure)}`]
  const findings = findingsOf(report)
  return [...(findings.length > 0 ? [renderCompact(findings)] : []), ...failure].join('\n')
}
