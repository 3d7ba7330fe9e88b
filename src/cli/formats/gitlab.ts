/** GitLab Code Quality: the part of Code Climate's format that GitLab reads. */
import { createHash } from 'node:crypto'
import type { JsonDiagnostic } from '../../language/render/json.ts'
import { findingsOf } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { inTree } from './in-tree.ts'
import { jsonText } from './json-text.ts'

const SEVERITIES: Readonly<Record<JsonDiagnostic['severity'], string>> = {
  error: 'major',
  warning: 'minor',
  info: 'info',
}

export function renderGitlab(report: SavedReport): string {
  const issues = findingsOf(report).map(({ code, severity, message, file, range, fingerprint }) => ({
    description: message,
    check_name: code,
    fingerprint,
    severity: SEVERITIES[severity],
    location: { path: inTree(file), lines: { begin: range.start.line } },
  }))
  return jsonText([...issues, ...failureOf(report)])
}

/** Everything has a place there, so what has none stands on the first line of the site. */
function failureOf({ failure, command }: SavedReport): readonly object[] {
  if (failure === undefined) return []
  return [
    {
      description: `postern ${command} could not run: ${failure}`,
      check_name: 'postern',
      fingerprint: createHash('sha256').update(`postern ${command}`).digest('hex').slice(0, 32),
      severity: 'blocker',
      location: { path: 'postern.yaml', lines: { begin: 1 } },
    },
  ]
}
