/** Reports in which anything may stand wherever a text is. */
import fc from 'fast-check'
import type { JsonDiagnostic } from '../../src/language/render/json.ts'
import type { JsonTest, SavedReport } from '../../src/testing/report-shape.ts'
import { checkReport, COVERAGE, diagnostic, testReport, testResult } from './sample-report.ts'

/** What formats could trip over, and anything else. */
const HOSTILE = [
  '\n',
  '\r',
  '\t',
  '\0',
  '\u001b[31m',
  '\u2028',
  '\ufeff',
  '\ufffe',
  '\ud800',
  'é',
  '😀',
  '`',
  '``',
  '|',
  '\\',
  '#',
  '<b>',
  '&amp;',
  ']]>',
  '"',
  "'",
  '%',
  '%0A',
  '::error::',
  '##[error]',
  ':',
  ',',
  '---',
  '...',
  'end_of_record',
  'SF:',
  ' # SKIP',
  '../',
  '/',
  '@team',
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...HOSTILE, 'word', ' '), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ minLength: 1, unit: 'binary' }),
)
/** What a rule may be called, and where its file may lie. */
const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/)
const file = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')} é%.yaml`)
const line = fc.integer({ min: 1, max: 100_000 })

const range = fc
  .record({ line, column: line, lines: fc.nat(2), columns: fc.nat(9) })
  .map(({ line: start, column, lines, columns }) => ({
    start: { line: start, column },
    end: { line: start + lines, column: column + columns },
  }))

const fixes = fc.uniqueArray(
  fc.record({
    title: text,
    safety: fc.constantFrom('safe' as const, 'unsafe' as const),
    edits: fc.array(fc.record({ file, range, text: fc.oneof(fc.constant(''), text) }), { maxLength: 3 }),
  }),
  { maxLength: 2, selector: JSON.stringify },
)

const diagnostics: fc.Arbitrary<JsonDiagnostic> = fc
  .record({
    severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
    message: text,
    file,
    range,
    hook: name,
    rule: text,
    notes: fc.array(text, { maxLength: 2 }),
    help: fc.oneof(fc.constant(''), text),
    labels: fc.array(fc.record({ file, range, text }), { maxLength: 2 }),
    fixes,
  })
  .map(diagnostic)

const tests: fc.Arbitrary<JsonTest> = fc
  .record({
    suite: text,
    name: text,
    status: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const, 'todo' as const),
    reason: text,
    file,
    line,
    mismatches: fc.array(fc.record({ field: name, expected: text, actual: text }), { maxLength: 2 }),
    problems: fc.array(text, { maxLength: 2 }),
    decided: text,
    because: fc.array(text, { maxLength: 2 }),
  })
  .map(testResult)

export const reports: fc.Arbitrary<SavedReport> = fc
  .record({
    diagnostics: fc.array(diagnostics, { maxLength: 14 }),
    suppressed: fc.array(fc.record({ finding: diagnostics, reason: text }), { maxLength: 2 }),
    tests: fc.array(tests, { maxLength: 5 }),
    isOfTests: fc.boolean(),
    failure: fc.option(text, { nil: undefined }),
    gate: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  })
  .map(({ isOfTests, failure, gate, ...found }) => {
    const { diagnostics: all, suppressed } = found
    const more = { diagnostics: all, suppressed, ...(failure !== undefined && { failure }) }
    const coverage = gate === undefined ? {} : { coverage: { ...COVERAGE, fail_under: gate } }
    return isOfTests ? testReport({ ...more, tests: found.tests, ...coverage }) : checkReport(more)
  })
