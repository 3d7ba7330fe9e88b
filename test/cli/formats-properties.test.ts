/** Whatever stands in a report, each format is a document of its kind, and the same one after the report was saved. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FORMAT_NAMES } from '../../src/cli/formats/index.ts'
import type { JsonDiagnostic } from '../../src/language/format-json.ts'
import type { JsonTest, SavedReport } from '../../src/testing/report-shape.ts'
import { READERS, readJson, render } from './read-formats.ts'
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

const reports: fc.Arbitrary<SavedReport> = fc
  .record({
    diagnostics: fc.array(diagnostics, { maxLength: 14 }),
    tests: fc.array(tests, { maxLength: 5 }),
    isOfTests: fc.boolean(),
    failure: fc.option(text, { nil: undefined }),
    gate: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  })
  .map(({ isOfTests, failure, gate, ...found }) => {
    const more = { diagnostics: found.diagnostics, ...(failure !== undefined && { failure }) }
    const coverage = gate === undefined ? {} : { coverage: { ...COVERAGE, fail_under: gate } }
    return isOfTests ? testReport({ ...more, tests: found.tests, ...coverage }) : checkReport(more)
  })

describe('any report', () => {
  for (const format of FORMAT_NAMES) {
    it(`is a document in ${format}`, () => {
      fc.assert(fc.property(reports, (report) => void READERS[format](render(format, report))))
    })
  }

  it('is the same in every format when it was saved in between', () => {
    fc.assert(
      fc.property(reports, (report) => {
        const saved = readJson(render('json', report))
        for (const format of FORMAT_NAMES) assert.equal(render(format, saved), render(format, report), format)
      }),
    )
  })
})
