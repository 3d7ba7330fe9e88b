/**
 * What a SARIF document says of a code (reportingDescriptor, §3.49), within what GitHub's code scanning shows: its meaning,
 * its page of the documentation, and by what it can be filtered.
 */
import type { DiagnosticCode } from '../../language/codes.ts'
import type { JsonDiagnostic } from '../../language/render/json.ts'
import { codeMeaning } from '../../testing/report-findings.ts'
import { diagnosticPage, webAddress } from '../documentation/documentation.ts'

type Severity = JsonDiagnostic['severity']

/** Longer descriptions are not taken. */
const LONGEST_DESCRIPTION = 1024

export const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }
const PROBLEMS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'recommendation' }

type FamilyOf<Code> = Code extends `${infer A}${infer B}${infer C}${number}` ? `${A}${B}${C}` : never

/** Tags. */
const FAMILIES: Readonly<Record<FamilyOf<DiagnosticCode>, string>> = {
  CFG: 'configuration',
  FLW: 'reachability',
  HOK: 'hooks',
  IMP: 'import',
  LST: 'lists',
  NET: 'addresses',
  NOT: 'notes',
  PLG: 'plugins',
  POL: 'policies',
  RGX: 'patterns',
  SUP: 'suppressions',
  TLS: 'tls',
  TPL: 'templates',
  TST: 'tests',
  YML: 'yaml',
}
const TAGS: ReadonlyMap<string, string> = new Map(Object.entries(FAMILIES))

/** An open relay is used by everybody within hours; what may be one is somebody's to look at. Nothing else lets anybody in. */
const SECURITY: ReadonlyMap<string, { readonly score: string; readonly precision: string }> = new Map([
  ['FLW510', { score: '8.0', precision: 'very-high' }],
  ['FLW511', { score: '5.0', precision: 'medium' }],
])

/** `version`: of the Postern that wrote the report. */
export function sarifRule(code: string, severity: Severity, version: string): object {
  const meaning = codeMeaning(code)
  const page = diagnosticPage(code)
  const address = webAddress(`docs/diagnostics/${code}.md`, version)
  return {
    id: code,
    shortDescription: { text: shortened(meaning) },
    fullDescription: { text: shortened(introductionOf(page ?? '') || meaning) },
    help:
      page === undefined ? { text: meaning } : { text: withoutLinks(page), markdown: withWholeLinks(page, address) },
    ...(page !== undefined && { helpUri: address }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: propertiesOf(code, severity),
  }
}

function propertiesOf(code: string, severity: Severity): object {
  const tags = ['mail-policy', TAGS.get(code.slice(0, 3)) ?? []].flat()
  const security = SECURITY.get(code)
  if (!security) return { tags, precision: 'very-high', 'problem.severity': PROBLEMS[severity] }
  return { tags: [...tags, 'security'], precision: security.precision, 'security-severity': security.score }
}

function shortened(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 1).toWellFormed()}…`
}

/** What stands between the heading and the examples; some pages have nothing there. */
function introductionOf(page: string): string {
  const [text = ''] = page.replace(/^# [^\n]*\n/, '').split('```', 1)
  return withoutLinks(text).trim()
}

const LINK = /\[([^\]]+)\]\(([^)]+)\)/g

function withoutLinks(markdown: string): string {
  return markdown.replace(LINK, '$1')
}

/** Pages name each other; where the document is read there are none beside it. */
function withWholeLinks(markdown: string, address: string): string {
  return markdown.replace(LINK, (_, text: string, link: string) => `[${text}](${new URL(link, address).href})`)
}
