/** Checkstyle's XML, which most build servers can draw. */
import { findingsOf } from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { element, onOwnLine, XML_HEAD } from './xml.ts'

export function renderCheckstyle(report: SavedReport): string {
  const byFile = Map.groupBy(findingsOf(report), ({ file }) => file)
  const files = [...byFile].map(([name, findings]) =>
    element('file', { name }, [
      ...findings.map(({ range: { start }, severity, message, code }) =>
        onOwnLine(
          element('error', { line: start.line, column: start.column, severity, message, source: `postern.${code}` }),
        ),
      ),
      '\n',
    ]),
  )
  const document = element('checkstyle', { version: '10.0' }, [
    ...[...files, ...failureOf(report)].map(onOwnLine),
    '\n',
  ])
  return `${XML_HEAD}\n${document}`
}

/** A run that could not be is not a clean one. */
function failureOf({ failure: message }: SavedReport): readonly string[] {
  if (message === undefined) return []
  return [element('file', { name: 'postern' }, [element('error', { severity: 'error', message, source: 'postern' })])]
}
