/**
 * SARIF 2.1.0 (OASIS), within what GitHub's code scanning accepts: one result without a location there costs the whole file,
 * so every result has one, relative and percent-encoded, and no base to be relative to is named.
 */
import { type JsonDiagnostic, type JsonRange, SEVERITIES } from '../../language/format-json.ts'
import {
  codeMeaning,
  findingsOf,
  type ReportFinding,
  suppressedIn,
  type SuppressedFinding,
} from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { count } from '../counts.ts'
import { uriOf } from './in-tree.ts'

/** GitHub refuses more for one run, and more places for one result. */
const MOST_RESULTS = 25_000
const MOST_PLACES = 1000

const LEVELS: Readonly<Record<JsonDiagnostic['severity'], string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

export function renderSarif(report: SavedReport): string {
  const { tool, command } = report
  const findings = worstFirst(findingsOf(report))
  const shown = findings.slice(0, MOST_RESULTS)
  const allowed = suppressedIn(report)
  const all = [...findings, ...allowed]
  const codes = [...new Set(all.map(({ code }) => code))].toSorted()
  const driver = { name: tool.name, semanticVersion: tool.version, rules: codes.map((code) => ruleOf(code, all)) }
  return JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'utf16CodeUnits',
        automationDetails: { id: `postern/${command}/` },
        invocations: [invocationOf(report, findings.length)],
        results: [
          ...shown.map((finding) => resultOf(finding, codes)),
          ...allowed.slice(0, MOST_RESULTS - shown.length).map((one) => suppressedResult(one, codes)),
        ],
      },
    ],
  })
}

function worstFirst(findings: readonly ReportFinding[]): readonly ReportFinding[] {
  if (findings.length <= MOST_RESULTS) return findings
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
}

function ruleOf(code: string, findings: readonly ReportFinding[]): object {
  const text = codeMeaning(code)
  const severity = findings.find((finding) => finding.code === code)?.severity ?? 'error'
  return {
    id: code,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: /^[A-Z]{3}\d{3}$/.test(code) ? `${text}. \`postern docs ${code}\` says more.` : text },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['mail-policy'], precision: 'very-high' },
  }
}

/** What could not be looked at is no result: there is no place for it. */
function invocationOf({ failure, summary }: SavedReport, findings: number): object {
  const left = findings - MOST_RESULTS
  const notes = [
    ...(failure === undefined ? [] : [notification('error', failure)]),
    ...(left > 0 ? [notification('warning', `${count(left, 'finding')} left out: GitHub takes ${MOST_RESULTS}`)] : []),
  ]
  return {
    executionSuccessful: failure === undefined,
    exitCode: summary.exit_code,
    ...(notes.length > 0 && { toolExecutionNotifications: notes }),
  }
}

function notification(level: string, text: string): object {
  return { level, message: { text } }
}

function resultOf(finding: ReportFinding, codes: readonly string[]): object {
  const { code, severity, message, notes, help, labels, fingerprint } = finding
  const helps = help === '' ? [] : help.split('\n').map((line) => `help: ${line}`)
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: [message, ...notes, ...helps].join('\n') },
    locations: [{ physicalLocation: physical(finding), ...logical(finding) }],
    ...(labels.length > 0 && {
      relatedLocations: labels.slice(0, MOST_PLACES - 1).map((label, index) => ({
        id: index + 1,
        physicalLocation: physical(label),
        message: { text: label.text },
      })),
    }),
    ...sarifFixes(finding),
    // The second name is the one that GitHub looks at.
    partialFingerprints: { 'posternRule/v1': fingerprint, primaryLocationLineHash: `${fingerprint}:1` },
  }
}

/** Code scanning shows it as dismissed, with its reason. */
function suppressedResult({ reason, ...finding }: SuppressedFinding, codes: readonly string[]): object {
  return { ...resultOf(finding, codes), suppressions: [{ kind: 'inSource', justification: reason }] }
}

/** Replacements by file; SARIF has no word for how safe a fix is. */
function sarifFixes({ fixes }: ReportFinding): object {
  if (fixes.length === 0) return {}
  return {
    fixes: fixes.map(({ title, safety, edits }) => ({
      description: { text: safety === 'safe' ? title : `${title} (to be looked at)` },
      artifactChanges: [...Map.groupBy(edits, ({ file }) => file)].map(([file, of]) => ({
        artifactLocation: { uri: uriOf(file) },
        replacements: of.map(({ range: { start, end }, text }) => ({
          deletedRegion: {
            startLine: start.line,
            startColumn: start.column,
            endLine: end.line,
            endColumn: end.column,
          },
          ...(text !== '' && { insertedContent: { text } }),
        })),
      })),
    })),
  }
}

function logical({ hook, rule }: ReportFinding): { readonly logicalLocations?: readonly object[] } {
  const fullyQualifiedName = [hook, rule].filter((part) => part !== undefined).join('.')
  return fullyQualifiedName === '' ? {} : { logicalLocations: [{ fullyQualifiedName, kind: 'object' }] }
}

function physical({ file, range }: { readonly file: string; readonly range: JsonRange }): object {
  return { artifactLocation: { uri: uriOf(file) }, region: regionOf(range) }
}

/** A place without a width is its line. */
function regionOf({ start, end }: JsonRange): object {
  if (start.line === end.line && start.column >= end.column) return { startLine: start.line }
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }
}
