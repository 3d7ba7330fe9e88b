/** Reports with a bit of everything. */
import type { JsonDiagnostic } from '../../src/language/render/json.ts'
import type { JsonTest, SavedReport, Summary } from '../../src/testing/report-shape.ts'

export function diagnostic(more: Partial<JsonDiagnostic> = {}): JsonDiagnostic {
  return {
    code: 'CFG101',
    severity: 'error',
    message: 'unknown key `mach` in a rule',
    file: 'rules/house.yaml',
    range: { start: { line: 4, column: 7 }, end: { line: 4, column: 11 } },
    hook: 'rcpt',
    rule: 'trap',
    labels: [],
    notes: [],
    help: '',
    fixes: [],
    ...more,
  }
}

export function onLine(line: number): Pick<JsonDiagnostic, 'range'> {
  return { range: { start: { line, column: 3 }, end: { line, column: 9 } } }
}

export function testResult(more: Partial<JsonTest> = {}): JsonTest {
  const status = more.status ?? 'passed'
  return {
    suite: 'house',
    name: 'the trap is shut',
    status,
    passed: status === 'passed',
    file: 'rules/house.yaml',
    line: 20,
    mismatches: [],
    problems: [],
    because: [],
    ...more,
  }
}

export const FAILED = testResult({
  name: 'nobody relays',
  status: 'failed',
  line: 30,
  mismatches: [{ field: 'return', expected: 'DENY', actual: 'OK' }],
  problems: ['rule `no-relay` was never asked'],
  decided: 'rcpt x@example.net: 250 2.1.5 ok by house/open (rules/house.yaml:9:7)',
  because: ['rcpt.domain: example.net → hit, saw example.net'],
})

export const TESTS: readonly JsonTest[] = [
  testResult(),
  FAILED,
  testResult({ name: 'later', status: 'todo', line: 40, reason: '#12', mismatches: FAILED.mismatches }),
  testResult({
    suite: 'other',
    name: 'elsewhere',
    file: 'other.test.yaml',
    line: 2,
    status: 'skipped',
    reason: 'no list yet',
  }),
]

export const COVERAGE: NonNullable<SavedReport['coverage']> = {
  percent: 66.6,
  rules: { matched: 2, evaluated: 2, total: 3 },
  conditions: { both: 1, total: 3 },
  replies: { used: 1, total: 2 },
  lists: { used: 1, total: 2 },
  files: [
    {
      file: 'rules/house.yaml',
      rules: [
        {
          rule: 'trap',
          hook: 'helo, ehlo',
          line: 4,
          column: 5,
          evaluated: 5,
          matched: 3,
          conditions: [
            { test: 'helo: bad', line: 5, column: 14, hit: 3, missed: 2, unknown: 0 },
            { test: 'immune: true', line: 5, column: 30, hit: 0, missed: 3, unknown: 0 },
          ],
          reply: { line: 6, spoken: 0 },
        },
        { rule: 'quiet', hook: 'rcpt', line: 8, column: 5, evaluated: 1, matched: 1, conditions: [] },
        {
          rule: 'unseen',
          hook: 'rcpt',
          line: 9,
          column: 5,
          evaluated: 0,
          matched: 0,
          conditions: [{ test: 'rcpt: a', line: 9, column: 20, hit: 0, missed: 0, unknown: 0 }],
          reply: { line: 9, spoken: 0 },
        },
      ],
      lists: [
        { list: 'partners', line: 2, hits: 1 },
        { list: 'idle', line: 3, hits: 0 },
      ],
      conditions: [],
    },
  ],
}

interface Parts extends Partial<Omit<SavedReport, 'summary'>> {
  readonly summary?: Partial<Summary>
}

export function checkReport({ summary, diagnostics = [], ...more }: Parts = {}): SavedReport {
  const count = (severity: JsonDiagnostic['severity']): number =>
    diagnostics.filter((one) => one.severity === severity).length
  return {
    version: 1,
    tool: { name: 'postern', version: '1.2.3' },
    command: 'check',
    diagnostics,
    excerpts: [],
    ...more,
    summary: {
      files: 2,
      rules: 5,
      error: count('error'),
      warning: count('warning'),
      info: count('info'),
      fail_on: 'error',
      exit_code: 0,
      ...summary,
    },
  }
}

export function testReport({ summary, tests = TESTS, ...more }: Parts = {}): SavedReport {
  const count = (status: JsonTest['status']): number => tests.filter((test) => test.status === status).length
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), todo: count('todo') }
  const { rules: _, ...figures } = checkReport({ ...more }).summary
  return { ...checkReport(more), command: 'test', tests, summary: { ...figures, ...counts, ...summary } }
}
