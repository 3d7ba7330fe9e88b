/** SARIF: what the standard requires, what GitHub refuses, and fingerprints that outlive a change of lines. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSarif, render } from './read-formats.ts'
import { checkReport, COVERAGE, diagnostic, onLine, testReport } from '../sample-report.ts'
import type { SarifResult } from './sarif-schema.ts'

function resultsOf(...diagnostics: readonly ReturnType<typeof diagnostic>[]): readonly SarifResult[] {
  return readSarif(render('sarif', checkReport({ diagnostics }))).runs[0].results
}

function uriOf(file: string): string | undefined {
  return resultsOf(diagnostic({ file }))[0]?.locations[0].physicalLocation.artifactLocation.uri
}

function fingerprintsOf(...diagnostics: readonly ReturnType<typeof diagnostic>[]): readonly (string | undefined)[] {
  return resultsOf(...diagnostics).map(({ partialFingerprints }) => partialFingerprints['posternRule/v1'])
}

describe('SARIF', () => {
  it('has a place for every result, with its columns', () => {
    const [result] = resultsOf(diagnostic())
    assert.deepEqual(result?.locations, [
      {
        physicalLocation: {
          artifactLocation: { uri: 'rules/house.yaml' },
          region: { startLine: 4, startColumn: 7, endLine: 4, endColumn: 11 },
        },
        logicalLocations: [{ fullyQualifiedName: 'rcpt.trap', kind: 'object' }],
      },
    ])
  })

  it('has relative, percent-encoded paths, whatever the file', () => {
    assert.equal(uriOf('rules/50% off/café #1?.yaml'), 'rules/50%25%20off/caf%C3%A9%20%231%3F.yaml')
    assert.equal(uriOf('c:rules.yaml'), 'c%3Arules.yaml')
    assert.equal(uriOf('/etc/postern/postern.yaml'), 'etc/postern/postern.yaml')
    assert.equal(uriOf('../../other/x.yaml'), 'other/x.yaml')
  })

  it('has notes and help in the message, labels as related places', () => {
    const labels = [{ file: 'lists/a', ...onLine(2), text: 'first given here' }]
    const [result] = resultsOf(diagnostic({ notes: ['a note'], help: 'rename it\nor delete it', labels }))
    assert.equal(result?.message.text, 'unknown key `mach` in a rule\na note\nhelp: rename it\nhelp: or delete it')
    assert.deepEqual(
      result?.relatedLocations?.map(({ id, message }) => [id, message.text]),
      [[1, 'first given here']],
    )
  })

  it('has corrections, file by file', () => {
    const edit = { file: 'lists/a é', ...onLine(2), text: '' }
    const fixes = [
      { title: 'delete it', safety: 'unsafe' as const, edits: [edit, { ...edit, ...onLine(3), text: 'b' }] },
    ]
    assert.deepEqual(resultsOf(diagnostic({ fixes }))[0]?.fixes, [
      {
        description: { text: 'delete it (to be looked at)' },
        artifactChanges: [
          {
            artifactLocation: { uri: 'lists/a%20%C3%A9' },
            replacements: [
              { deletedRegion: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 9 } },
              {
                deletedRegion: { startLine: 3, startColumn: 3, endLine: 3, endColumn: 9 },
                insertedContent: { text: 'b' },
              },
            ],
          },
        ],
      },
    ])
  })

  it('has a rule for each code', () => {
    const { runs } = readSarif(render('sarif', testReport({ diagnostics: [diagnostic()] })))
    assert.deepEqual(
      runs[0].tool.driver.rules.map(({ id }) => id),
      ['CFG101', 'test-failed'],
    )
  })

  it('says that a run could not be, without a result that has no place', () => {
    const { runs } = readSarif(render('sarif', checkReport({ failure: 'no such file', summary: { exit_code: 3 } })))
    const [{ executionSuccessful, exitCode, toolExecutionNotifications }] = runs[0].invocations
    assert.deepEqual([executionSuccessful, exitCode, runs[0].results], [false, 3, []])
    assert.deepEqual(
      toolExecutionNotifications?.map(({ message }) => message.text),
      ['no such file'],
    )
  })

  it('has a result for each rule without a test where the gate is not met', () => {
    const open = testReport({ tests: [], coverage: { ...COVERAGE, fail_under: 60 } })
    assert.deepEqual(readSarif(render('sarif', open)).runs[0].results, [])
    const shut = testReport({ tests: [], coverage: { ...COVERAGE, fail_under: 70 } })
    assert.deepEqual(
      readSarif(render('sarif', shut)).runs[0].results.map(({ ruleId, message }) => [ruleId, message.text]),
      [['not-covered', 'rule `unseen`: never reached; 66.6 % of the rules are covered, 70 % are asked for']],
    )
  })
})

describe('a fingerprint', () => {
  it('stays when lines move and words change', () => {
    const moved = diagnostic({ ...onLine(400), message: 'unknown key `mtach` in a rule', help: 'x' })
    assert.deepEqual(fingerprintsOf(moved), fingerprintsOf(diagnostic()))
  })

  it('is another for another code, file, hook or rule', () => {
    const others = [{ code: 'CFG102' }, { file: 'b.yaml' }, { hook: 'mail' }, { rule: 'other' }].map(diagnostic)
    const all = [diagnostic(), ...others].flatMap((one) => fingerprintsOf(one))
    assert.equal(new Set(all).size, 5)
  })

  it('tells several of one rule apart by their order', () => {
    const [first, second] = fingerprintsOf(diagnostic(), diagnostic(onLine(7)))
    assert.notEqual(first, second)
    assert.deepEqual([first, second], fingerprintsOf(diagnostic(onLine(50)), diagnostic(onLine(70))))
  })
})
