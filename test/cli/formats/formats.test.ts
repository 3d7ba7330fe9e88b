/** Each format by itself: what it says of findings, tests, coverage and runs that could not be. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JsonDiagnostic } from '../../../src/language/render/json.ts'
import type { SavedReport } from '../../../src/testing/report-shape.ts'
import { allNamed, elementsIn } from '../../support/xml-document.ts'
import {
  readCheckstyle,
  readCompact,
  readGitlab,
  readJunit,
  readMarkdown,
  readNdjson,
  readTapReport,
  render,
} from './read-formats.ts'
import { checkReport, COVERAGE, diagnostic, FAILED, onLine, testReport, testResult, TESTS } from '../sample-report.ts'

const WARNING: JsonDiagnostic = diagnostic({
  code: 'CFG114',
  severity: 'warning',
  message: 'does nothing',
  ...onLine(9),
})
const FAILURE = 'there is no file or directory nowhere'
const BROKEN: SavedReport = checkReport({ failure: FAILURE, summary: { exit_code: 3 } })

describe('compact', () => {
  it('is a line for each finding, failed test and failure', () => {
    const report = testReport({ diagnostics: [WARNING] })
    assert.deepEqual(readCompact(render('compact', report)), [
      'rules/house.yaml:9:3: warning[CFG114] does nothing',
      'rules/house.yaml:30:1: error[test-failed] house › nobody relays: return is OK, not DENY; rule `no-relay` was never asked',
    ])
    assert.equal(render('compact', checkReport()), '')
    assert.equal(render('compact', BROKEN), `postern: error: ${FAILURE}`)
  })
})

describe('ndjson', () => {
  it('is a line for each thing, the summary last', () => {
    const lines = readNdjson(render('ndjson', testReport({ diagnostics: [WARNING], coverage: COVERAGE })))
    assert.deepEqual(
      lines.map(({ kind }) => kind),
      ['run', 'diagnostic', 'test', 'test', 'test', 'test', 'coverage', 'summary'],
    )
    assert.deepEqual(readNdjson(render('ndjson', BROKEN))[1], { kind: 'failure', message: FAILURE })
  })
})

describe('junit', () => {
  it('has the tests of each suite, with what failed and why', () => {
    const root = readJunit(render('junit', testReport()))
    const suites = elementsIn(root).map(({ attributes }) => [attributes.get('name'), attributes.get('file')])
    assert.deepEqual(suites, [
      ['house', 'rules/house.yaml'],
      ['other', 'other.test.yaml'],
    ])
    const [failure] = allNamed(root, 'failure')
    assert.deepEqual(
      [...(failure?.attributes ?? [])],
      [
        ['type', 'decision'],
        ['message', 'return is OK, not DENY'],
      ],
    )
    assert.deepEqual(failure?.children, [
      'return is OK, not DENY\nrule `no-relay` was never asked\n' +
        'rcpt x@example.net: 250 2.1.5 ok by house/open (rules/house.yaml:9:7)\nrcpt.domain: example.net → hit, saw example.net',
    ])
    const skipped = allNamed(root, 'skipped').map(({ attributes }) => attributes.get('message'))
    assert.deepEqual(skipped, ['todo: #12', 'no list yet'])
  })

  it('has findings as tests of their file; one that does not fail the run does not fail there', () => {
    const diagnostics = [diagnostic(), WARNING, diagnostic({ file: 'other.yaml' })]
    const names = (report: SavedReport): readonly (string | undefined)[] =>
      allNamed(readJunit(render('junit', report)), 'failure').map(({ attributes }) => attributes.get('message'))
    assert.deepEqual(names(checkReport({ diagnostics })), [diagnostic().message, diagnostic().message])
    assert.deepEqual(names(checkReport({ diagnostics, summary: { fail_on: 'warning' } })), [
      diagnostic().message,
      'does nothing',
      diagnostic().message,
    ])
  })

  it('has one test where nothing was found, and an error where nothing could run', () => {
    const [clean] = allNamed(readJunit(render('junit', checkReport())), 'testcase')
    assert.deepEqual([clean?.attributes.get('name'), clean?.children], ['2 files, 5 rules', []])
    const [error] = allNamed(readJunit(render('junit', BROKEN)), 'error')
    assert.equal(error?.attributes.get('message'), FAILURE)
  })
})

describe('checkstyle', () => {
  it('has a file for each file, and one for a run that could not be', () => {
    const root = readCheckstyle(render('checkstyle', checkReport({ diagnostics: [diagnostic(), WARNING] })))
    assert.deepEqual(
      elementsIn(root).map(({ attributes }) => attributes.get('name')),
      ['rules/house.yaml'],
    )
    assert.deepEqual(
      [...(allNamed(root, 'error')[1]?.attributes ?? [])],
      [
        ['line', '9'],
        ['column', '3'],
        ['severity', 'warning'],
        ['message', 'does nothing'],
        ['source', 'postern.CFG114'],
      ],
    )
    assert.equal(allNamed(readCheckstyle(render('checkstyle', BROKEN)), 'error')[0]?.attributes.get('message'), FAILURE)
    assert.deepEqual(elementsIn(readCheckstyle(render('checkstyle', checkReport()))), [])
  })
})

describe('gitlab', () => {
  it('has an issue for each finding', () => {
    const [first, second] = readGitlab(render('gitlab', checkReport({ diagnostics: [diagnostic(), WARNING] })))
    assert.deepEqual([first?.severity, second?.severity], ['major', 'minor'])
    assert.deepEqual(second?.location, { path: 'rules/house.yaml', lines: { begin: 9 } })
    assert.equal(render('gitlab', checkReport()), '[]')
  })

  it('has relative paths and a place for everything', () => {
    const [outside] = readGitlab(
      render('gitlab', checkReport({ diagnostics: [diagnostic({ file: '/etc/postern.yaml' })] })),
    )
    assert.equal(outside?.location.path, 'etc/postern.yaml')
    assert.equal(readGitlab(render('gitlab', BROKEN))[0]?.severity, 'blocker')
  })
})

describe('tap', () => {
  it('has a point for each test, with its mark', () => {
    const { points } = readTapReport(render('tap', testReport()))
    assert.deepEqual(
      points.map(({ ok, description, directive, reason }) => [ok, description, directive, reason]),
      [
        [true, 'house › the trap is shut', undefined, undefined],
        [false, 'house › nobody relays', undefined, undefined],
        [false, 'house › later', 'TODO', '#12'],
        [true, 'other › elsewhere', 'SKIP', 'no list yet'],
      ],
    )
    assert.deepEqual(points[1]?.block, [
      'at: "rules/house.yaml:30"',
      'mismatches: [{"field":"return","expected":"DENY","actual":"OK"}]',
      'problems: ["rule `no-relay` was never asked"]',
      'decided: "rcpt x@example.net: 250 2.1.5 ok by house/open (rules/house.yaml:9:7)"',
      'because: ["rcpt.domain: example.net → hit, saw example.net"]',
    ])
  })

  it('does not take a name for a directive', () => {
    const tests = [testResult({ name: 'rule \\ 5 # SKIP all' })]
    const { points } = readTapReport(render('tap', testReport({ tests })))
    assert.deepEqual(
      points.map(({ description, directive }) => [description, directive]),
      [['house › rule \\ 5 # SKIP all', undefined]],
    )
  })

  it('has a point for what fails the run besides, and bails out where nothing could run', () => {
    const { points } = readTapReport(render('tap', testReport({ tests: [], diagnostics: [diagnostic(), WARNING] })))
    assert.deepEqual(
      points.map(({ description }) => description),
      ['CFG101: unknown key `mach` in a rule'],
    )
    assert.equal(readTapReport(render('tap', { ...BROKEN, command: 'test' })).bailedOut, FAILURE)
    const bailed = readTapReport(render('tap', testReport({ summary: { bailed: true } })))
    assert.equal(bailed.bailedOut, 'stopped behind the first test that failed')
  })
})

describe('markdown', () => {
  it('has findings, unfinished tests and coverage as tables', () => {
    const lines = readMarkdown(render('markdown', testReport({ diagnostics: [WARNING], coverage: COVERAGE })))
    assert.equal(lines[0], '### postern test: 1 passed, 1 failed, 1 skipped, 1 todo, 0 errors, 1 warning, 0 info')
    for (const row of [
      '| warning | CFG114 A rule that does nothing | does nothing | rules/house.yaml:9:3 |',
      '| todo | house › later | \\#12 | rules/house.yaml:40 |',
      'coverage: rules 2/3 (66.6 %), conditions both ways 1/3, replies 1/2, lists 1/2',
      '| never reached | unseen | rules/house.yaml:9 |',
    ])
      assert.ok(lines.includes(row), row)
  })

  it('takes nothing in a text for more than text', () => {
    const message = 'a | b <img src=x> *c* [d](e) @team #12 `code | <b>` \\'
    const lines = readMarkdown(render('markdown', checkReport({ diagnostics: [diagnostic({ message })] })))
    assert.equal(
      lines[4],
      '| error | CFG101 An unknown key | a \\| b &lt;img src=x> \\*c\\* \\[d\\](e) &#64;team \\#12 `code \\| <b>` \\\\ | rules/house.yaml:4:7 |',
    )
    assert.equal(readMarkdown(render('markdown', BROKEN))[0], '### postern check: could not run')
  })
})

describe('pretty', () => {
  it('shows so many findings and says how many are left', () => {
    const diagnostics = [1, 2, 3, 4].map((line) => diagnostic(onLine(line)))
    const text = render('pretty', testReport({ diagnostics, tests: [FAILED] }), 3)
    assert.equal(text.match(/error\[CFG101\]/g)?.length, 3)
    assert.match(text, /^… and 2 findings more: `--max-diagnostics 5` shows all$/m)
    assert.equal(text.split('\n').at(-1), '0 passed, 1 failed, 4 errors in the files')
  })

  it('shows what differs, what was decided, and why', () => {
    const text = render('pretty', testReport({ tests: [FAILED] }))
    assert.equal(
      text,
      [
        '✗ house › nobody relays  rules/house.yaml:30',
        '    - return: DENY',
        '    + return: OK',
        '    ! rule `no-relay` was never asked',
        '    got: rcpt x@example.net: 250 2.1.5 ok by house/open (rules/house.yaml:9:7)',
        '    why: rcpt.domain: example.net → hit, saw example.net',
        '',
        '0 passed, 1 failed',
      ].join('\n'),
    )
  })

  it('counts skipped and todo tests apart, and names them', () => {
    const tests = [testResult(), ...TESTS.slice(2)]
    assert.deepEqual(render('pretty', testReport({ tests })).split('\n'), [
      '- house › later  rules/house.yaml:40  todo: #12',
      '- other › elsewhere  other.test.yaml:2  skipped: no list yet',
      '1 passed, 0 failed, 1 skipped, 1 todo',
    ])
  })

  it('shows coverage with places, also when tests fail, and a gate that is not met', () => {
    const coverage = { ...COVERAGE, fail_under: 90 }
    const lines = render('pretty', testReport({ tests: [FAILED], coverage })).split('\n')
    assert.deepEqual(lines.slice(7), [
      '0 passed, 1 failed',
      'Coverage: rules 2/3 (66.6 %), conditions both ways 1/3, replies 1/2, lists 1/2',
      '  reply never heard   rules/house.yaml:6  trap',
      '  never hit           rules/house.yaml:5:30  trap  immune: true',
      '  never reached       rules/house.yaml:9  unseen',
      '  list without a hit  rules/house.yaml:3  idle',
      'Coverage is 66.6 %, and 90 % is asked for',
    ])
  })
})
