/**
 * SARIF 2.1.0 (OASIS), within what GitHub's code scanning accepts: one result without a location there costs the whole file,
 * so every result has one, relative and percent-encoded, and no base to be relative to is named.
 */
import { gzipSync } from 'node:zlib'
import { type JsonRange, SEVERITIES } from '../../language/render/json.ts'
import {
  codeMeaning,
  findingsOf,
  type ReportFinding,
  suppressedIn,
  type SuppressedFinding,
} from '../../testing/report-findings.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import { count } from '../counts.ts'
import { HOME } from '../documentation/documentation.ts'
import { uriOf } from './in-tree.ts'
import { jsonText } from './json-text.ts'
import { LEVELS, sarifRule } from './sarif-rules.ts'

/** GitHub refuses more for one run, more places beside that of a result, and a larger file when it is compressed (octets). */
const MOST_RESULTS = 25_000
const MOST_RELATED = 999
const LARGEST = 10_000_000

type Told = ReportFinding | SuppressedFinding

export function renderSarif(report: SavedReport): string {
  const all: readonly Told[] = [...worstFirst(findingsOf(report)), ...suppressedIn(report)]
  let shown = all.slice(0, MOST_RESULTS)
  let text = documentOf(report, shown, all.length)
  while (shown.length > 0 && isTooLarge(text)) {
    shown = shown.slice(0, Math.floor(shown.length * 0.8))
    text = documentOf(report, shown, all.length)
  }
  return text
}

function isTooLarge(text: string): boolean {
  return Buffer.byteLength(text) > LARGEST && gzipSync(text).length > LARGEST
}

function documentOf(report: SavedReport, shown: readonly Told[], all: number): string {
  const { tool, command } = report
  const codes = [...new Set(shown.map(({ code }) => code))].toSorted()
  // Of several of a code the first one stays, which is the worst.
  const worst = new Map(shown.toReversed().map(({ code, severity }) => [code, severity]))
  const driver = {
    name: tool.name,
    semanticVersion: tool.version,
    informationUri: HOME,
    rules: codes.map((code) => sarifRule(code, worst.get(code) ?? 'error', tool.version)),
  }
  return jsonText({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'utf16CodeUnits',
        automationDetails: { id: `postern/${command}/` },
        invocations: [invocationOf(report, all - shown.length)],
        results: shown.map((one) => resultOf(one, codes)),
      },
    ],
  })
}

function worstFirst(findings: readonly ReportFinding[]): readonly ReportFinding[] {
  return findings.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
}

/** What could not be looked at is no result: there is no place for it. */
function invocationOf({ failure, summary }: SavedReport, left: number): object {
  const most = `GitHub takes ${MOST_RESULTS}, and ${LARGEST} octets of them; the formats json and html have all`
  const notes = [
    ...(failure === undefined ? [] : [notification('error', failure)]),
    ...(left > 0 ? [notification('warning', `${count(left, 'finding')} left out: ${most}`)] : []),
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

function resultOf(finding: Told, codes: readonly string[]): object {
  const { code, severity, fingerprint } = finding
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: textOf(finding) },
    locations: [{ physicalLocation: physical(finding), ...logical(finding) }],
    ...related(finding),
    ...sarifFixes(finding),
    // Code scanning shows it as dismissed, with its reason.
    ...('reason' in finding && { suppressions: [{ kind: 'inSource', justification: finding.reason }] }),
    // The second name is the one that GitHub looks at.
    partialFingerprints: { 'posternRule/v1': fingerprint, primaryLocationLineHash: `${fingerprint}:1` },
  }
}

function textOf({ code, message, notes, help, labels }: ReportFinding): string {
  const helps = help === '' ? [] : help.split('\n').map((line) => `help: ${line}`)
  const left = labels.length - MOST_RELATED
  const cut = left > 0 ? [`${count(left, 'place')} more left out: GitHub takes ${MOST_RELATED}`] : []
  return [message || codeMeaning(code), ...notes, ...helps, ...cut].join('\n')
}

function related({ labels }: ReportFinding): object {
  if (labels.length === 0) return {}
  const relatedLocations = labels.slice(0, MOST_RELATED).map((label, index) => ({
    id: index + 1,
    physicalLocation: physical(label),
    message: { text: label.text },
  }))
  return { relatedLocations }
}

/** Replacements by file; SARIF has no word for how safe a fix is. */
function sarifFixes({ fixes }: ReportFinding): object {
  const made = fixes.filter(({ edits }) => edits.length > 0)
  if (made.length === 0) return {}
  return {
    fixes: made.map(({ title, safety, edits }) => ({
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
