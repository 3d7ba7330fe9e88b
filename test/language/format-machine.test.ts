/** Findings for programs: a line each, and JSON. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Report } from '../../src/language/diagnostic.ts'
import { renderCompact } from '../../src/language/format-compact.ts'
import { toJsonReport } from '../../src/language/format-json.ts'
import { SourceText } from '../../src/language/source-text.ts'

const source = new SourceText('rules/x.yaml', 'a: 1\n  mach: 2\nb: 3\n')

function report(): Report {
  const report = new Report()
  report.add({
    code: 'CFG101',
    at: source.span(7, 11),
    message: 'unknown key `mach` in a rule',
    label: 'did you mean `match`?',
    hook: 'rcpt',
    rule: 'a',
    labels: [{ ...source.span(0, 1), text: 'in this rule' }],
    notes: ['a note'],
    help: 'rename it to `match`\nor delete it',
  })
  report.add({ code: 'CFG114', severity: 'warning', at: source.span(15, 16), message: 'does\nnothing' })
  return report
}

describe('compact', () => {
  it('is a line a finding', () => {
    assert.equal(
      renderCompact(report().sorted()),
      'rules/x.yaml:2:3: error[CFG101] unknown key `mach` in a rule (rename it to `match`; or delete it)\n' +
        'rules/x.yaml:3:1: warning[CFG114] does␊nothing',
    )
  })
})

describe('JSON', () => {
  it('has the shape that is promised', () => {
    assert.deepEqual(toJsonReport(report().sorted(), { files: 1, rules: 3 }), {
      version: 1,
      summary: { files: 1, rules: 3, error: 1, warning: 1 },
      diagnostics: [
        {
          code: 'CFG101',
          severity: 'error',
          message: 'unknown key `mach` in a rule',
          file: 'rules/x.yaml',
          range: { start: { line: 2, column: 3 }, end: { line: 2, column: 7 } },
          label: 'did you mean `match`?',
          hook: 'rcpt',
          rule: 'a',
          labels: [
            {
              file: 'rules/x.yaml',
              range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } },
              text: 'in this rule',
            },
          ],
          notes: ['a note'],
          help: 'rename it to `match`\nor delete it',
          fixes: [],
        },
        {
          code: 'CFG114',
          severity: 'warning',
          message: 'does\nnothing',
          file: 'rules/x.yaml',
          range: { start: { line: 3, column: 1 }, end: { line: 3, column: 2 } },
          labels: [],
          notes: [],
          help: '',
          fixes: [],
        },
      ],
    })
  })
})
