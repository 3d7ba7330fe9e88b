/** Annotations of GitHub Actions: escaped, ranked, and never silently cut off. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JsonDiagnostic } from '../../../src/language/render/json.ts'
import { readGithub, render, type WorkflowCommand } from './read-formats.ts'
import { checkReport, diagnostic, onLine } from '../sample-report.ts'

function commandsOf(...diagnostics: readonly JsonDiagnostic[]): readonly WorkflowCommand[] {
  return readGithub(render('github', checkReport({ diagnostics })))
}

function many(severity: JsonDiagnostic['severity'], length: number): readonly JsonDiagnostic[] {
  return Array.from({ length }, (_, index) => diagnostic({ severity, ...onLine(index + 1) }))
}

function counted(commands: readonly WorkflowCommand[]): Readonly<Record<string, number>> {
  const byKind = Map.groupBy(commands, ({ kind }) => kind)
  return Object.fromEntries([...byKind].map(([kind, of]) => [kind, of.length]))
}

describe('annotations', () => {
  it('stand at their place', () => {
    const [command] = commandsOf(diagnostic({ notes: ['a note'], help: 'rename it' }))
    assert.equal(command?.kind, 'error')
    assert.deepEqual(
      [...(command?.properties ?? [])],
      [
        ['file', 'rules/house.yaml'],
        ['line', '4'],
        ['endLine', '4'],
        ['col', '7'],
        ['endColumn', '11'],
        ['title', 'CFG101: An unknown key'],
      ],
    )
    assert.equal(command?.text, 'unknown key `mach` in a rule\na note\nhelp: rename it')
  })

  it('cannot be made by what files say', () => {
    const hostile = '50 %0A::error::x\r\n::stop-commands::a,b:c'
    const text = render(
      'github',
      checkReport({ diagnostics: [diagnostic({ message: hostile, file: `${hostile}.yaml` })] }),
    )
    assert.equal(text.split(/[\r\n]/).length, 1)
    const [command] = readGithub(text)
    assert.equal(command?.text, hostile)
    assert.equal(command?.properties.get('file'), `${hostile}.yaml`)
  })

  it('name columns only within a line', () => {
    const range = { start: { line: 2, column: 9 }, end: { line: 5, column: 1 } }
    assert.deepEqual(
      [...(commandsOf(diagnostic({ range }))[0]?.properties.keys() ?? [])],
      ['file', 'line', 'endLine', 'title'],
    )
  })

  it('are notices where a finding is for information', () => {
    assert.deepEqual(counted(commandsOf(diagnostic({ severity: 'info' }))), { notice: 1 })
  })

  it('have errors first, and each code of a file before any comes again', () => {
    const commands = commandsOf(
      diagnostic({ severity: 'warning', code: 'CFG114' }),
      diagnostic(onLine(1)),
      diagnostic(onLine(2)),
      diagnostic({ code: 'CFG102', ...onLine(3) }),
    )
    assert.deepEqual(
      commands.map(({ kind, properties }) => `${kind} ${properties.get('line')}`),
      ['error 1', 'error 3', 'error 2', 'warning 4'],
    )
  })
})

describe('what GitHub would drop without a word', () => {
  it('is counted in a notice', () => {
    const commands = commandsOf(...many('error', 31), ...many('warning', 12))
    assert.deepEqual(counted(commands), { error: 10, warning: 10, notice: 1 })
    assert.match(commands.at(-1)?.text ?? '', /^23 of 43 findings did not fit: GitHub shows 10 of a kind/)
  })

  it('is none where all fits', () => {
    const commands = commandsOf(...many('error', 10), ...many('warning', 10), ...many('info', 10))
    assert.deepEqual(counted(commands), { error: 10, warning: 10, notice: 10 })
  })

  it('leaves room for that notice among the notices', () => {
    const commands = commandsOf(...many('error', 11), ...many('info', 10))
    assert.deepEqual(counted(commands), { error: 10, notice: 10 })
    assert.match(commands.at(-1)?.text ?? '', /^2 of 21 findings/)
  })

  it('does not hide that the run could not be', () => {
    const report = checkReport({ failure: 'no such file', diagnostics: many('error', 10) })
    const commands = readGithub(render('github', report))
    assert.deepEqual(counted(commands), { error: 10, notice: 1 })
    assert.equal(commands[0]?.text, 'no such file')
  })
})
