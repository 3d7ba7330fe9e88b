/** Findings for programs: a line each, and JSON with the lines they are about. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Report } from '../../src/language/diagnostic.ts'
import { renderCompact } from '../../src/language/render/compact.ts'
import { excerptsOf, toJsonDiagnostic } from '../../src/language/render/json.ts'
import { drawDiagnostics, renderPretty } from '../../src/language/render/pretty.ts'
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
    assert.deepEqual(report().sorted().map(toJsonDiagnostic), [
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
    ])
  })

  it('keeps the lines of findings and labels once, and none of a file that is not at hand', () => {
    const diagnostics = report().sorted().map(toJsonDiagnostic)
    const sources = new Map([['rules/x.yaml', source.text]])
    assert.deepEqual(excerptsOf([...diagnostics, ...diagnostics], sources), [
      { file: 'rules/x.yaml', line: 1, text: 'a: 1' },
      { file: 'rules/x.yaml', line: 2, text: '  mach: 2' },
      { file: 'rules/x.yaml', line: 3, text: 'b: 3' },
    ])
    assert.deepEqual(excerptsOf(diagnostics, new Map()), [])
  })

  it('keeps enough to be drawn again', () => {
    const diagnostics = report().sorted().map(toJsonDiagnostic)
    const sources = new Map([['rules/x.yaml', source.text]])
    const lines = new Map(excerptsOf(diagnostics, sources).map(({ line, text }) => [line, text]))
    const kept = new Map([['rules/x.yaml', { lineText: (line: number) => lines.get(line) ?? '' }]])
    const drawn = renderPretty(report().sorted(), sources, { color: false })
    assert.equal(drawDiagnostics(diagnostics, kept, { color: false }), drawn)
  })
})
