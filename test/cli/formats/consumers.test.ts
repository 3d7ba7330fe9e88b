/** Documents as programs read them that others wrote: any report, and a run of its own for coverage. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { FormatName } from '../../../src/cli/formats/index.ts'
import { visible } from '../../../src/language/render/display.ts'
import type { SavedReport } from '../../../src/testing/report-shape.ts'
import { findProgram, needs } from '../../support/real/programs.ts'
import { allNamed, elementsIn, type XmlElement } from '../../support/xml-document.ts'
import { folder } from '../folder.ts'
import { reports } from '../hostile-reports.ts'
import { readJunit, render } from './read-formats.ts'
import { checkReport, diagnostic, FAILED, onLine, testReport, testResult } from '../sample-report.ts'

const SUPPORT = join(import.meta.dirname, '../../support')
const [XMLLINT, PROVE, PERL] = ['xmllint', 'prove', 'perl'].map((name) => findProgram(name))
const [JUNITPARSER, PYTHON] = ['junitparser', 'python3'].map((name) => findProgram(name))
const [LCOV, GENHTML] = ['lcov', 'genhtml'].map((name) => findProgram(name))

const SAMPLES: readonly SavedReport[] = [
  testReport(),
  checkReport(),
  checkReport({ failure: 'no such file', summary: { exit_code: 3 } }),
  ...fc.sample(reports, { seed: 20_261_120, numRuns: 150 }),
]
const OF_TESTS = SAMPLES.filter(({ command }) => command === 'test')

/** Their files, in order. */
function written(test: TestContext, format: FormatName, all: readonly SavedReport[]): readonly string[] {
  const { path } = folder(test, {})
  return all.map((report, index) => {
    const file = join(path, `${index}.${format}`)
    writeFileSync(file, `${render(format, report)}\n`)
    return file
  })
}

function run(program: string | undefined, args: readonly string[], directory = '.'): string {
  return execFileSync(program ?? assert.fail(), args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: 'pipe',
  })
}

/** GitLab, CircleCI and others read these attributes besides those that Jenkins has; its later schemas have `message` too. */
function extendedXsd(): string {
  const xsd = readFileSync(join(import.meta.dirname, 'data/jenkins-junit.xsd'), 'utf8')
  const text = (name: string): string => `<xs:attribute name="${name}" type="xs:string"/>`
  const skipped = `<xs:complexType mixed="true">${text('message')}</xs:complexType>`
  return xsd
    .replace('<xs:attribute name="classname"', `${text('file')}${text('line')}$&`)
    .replace('<xs:attribute name="package"', `${text('file')}$&`)
    .replace('<xs:element name="skipped" type="xs:string"/>', `<xs:element name="skipped">${skipped}</xs:element>`)
}

describe('xmllint', { skip: needs(XMLLINT, 'xmllint') }, () => {
  it("finds JUnit's documents valid by the schema of Jenkins", (test) => {
    const { path } = folder(test, { 'junit.xsd': extendedXsd() })
    run(XMLLINT, ['--noout', '--schema', join(path, 'junit.xsd'), ...written(test, 'junit', SAMPLES)])
  })

  it('finds a document with anything else invalid', (test) => {
    const { path } = folder(test, {
      'junit.xsd': extendedXsd(),
      'a.xml': '<testsuites><testsuite name="a" tests="0" colour="red"/></testsuites>',
    })
    const { status } = spawnSync(XMLLINT ?? '', ['--noout', '--schema', join(path, 'junit.xsd'), join(path, 'a.xml')])
    assert.equal(status, 3)
  })

  it("finds checkstyle's documents well-formed", (test) => {
    run(XMLLINT, ['--noout', ...written(test, 'checkstyle', SAMPLES)])
  })
})

interface ReadSuite {
  readonly name: string
  readonly counts: readonly number[]
  readonly cases: readonly object[]
}

function ourSuite(suite: XmlElement): ReadSuite {
  const kinds = new Map([
    ['failure', 'Failure'],
    ['error', 'Error'],
    ['skipped', 'Skipped'],
  ])
  return {
    name: suite.attributes.get('name') ?? '',
    counts: ['tests', 'failures', 'errors', 'skipped'].map((name) => Number(suite.attributes.get(name))),
    cases: allNamed(suite, 'testcase').map((one) => ({
      name: one.attributes.get('name'),
      classname: one.attributes.get('classname'),
      results: elementsIn(one).flatMap(({ name, attributes }) =>
        kinds.has(name) ? [[kinds.get(name), attributes.get('message') ?? null]] : [],
      ),
    })),
  }
}

describe('junitparser', { skip: needs(JUNITPARSER && PYTHON, 'junitparser') }, () => {
  it('reads the suites, counts, names and results that were written', (test) => {
    const files = written(test, 'junit', SAMPLES)
    const read = JSON.parse(run(PYTHON, [join(SUPPORT, 'junit-reader.py'), ...files])) as readonly ReadSuite[][]
    assert.deepEqual(
      read,
      SAMPLES.map((report) => elementsIn(readJunit(render('junit', report))).map(ourSuite)),
    )
  })

  it('tells a run that failed from one that did not', (test) => {
    const [failed = '', clean = ''] = written(test, 'junit', [testReport(), testReport({ tests: [testResult()] })])
    const verified = [failed, clean].map((file) => spawnSync(JUNITPARSER ?? '', ['verify', file]).status)
    assert.deepEqual(verified, [1, 0])
  })
})

interface ReadTap {
  readonly points: readonly { readonly ok: number; readonly text: string; readonly directive: string }[]
  readonly bailed: string | null
  readonly errors: readonly string[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly todo: number
}

function readByPerl(test: TestContext, all: readonly SavedReport[]): readonly ReadTap[] {
  return JSON.parse(run(PERL, [join(SUPPORT, 'tap-reader.pl'), ...written(test, 'tap', all)])) as readonly ReadTap[]
}

/** As far as readers keep it: not the spaces at its ends. */
function told(text: string): string {
  return visible(text.toWellFormed()).replace(/\s/g, '')
}

describe('prove', { skip: needs(PROVE && PERL, 'prove') }, () => {
  it('reads each test with its name and mark, and nothing that it cannot read', (test) => {
    for (const [index, { points, errors, bailed }] of readByPerl(test, OF_TESTS).entries()) {
      const { tests = [], failure } = OF_TESTS[index] ?? assert.fail()
      assert.deepEqual(errors, [])
      assert.equal(bailed === null ? undefined : told(bailed), failure === undefined ? undefined : told(failure))
      assert.deepEqual(
        points.slice(0, tests.length).map(({ text, directive }) => [told(text.replace(/\\([\\#])/g, '$1')), directive]),
        tests.map(({ suite, name, status }) => [
          told(`- ${suite} › ${name}`),
          { todo: 'TODO', skipped: 'SKIP', passed: '', failed: '' }[status],
        ]),
      )
    }
  })

  it('counts what passed, failed, was skipped or is to be done', (test) => {
    const report = testReport({ diagnostics: [diagnostic(), diagnostic({ severity: 'warning', ...onLine(9) })] })
    const [read] = readByPerl(test, [report])
    assert.deepEqual([read?.passed, read?.failed, read?.skipped, read?.todo], [3, 2, 1, 1])
  })

  it('says which test failed, whatever it is called', (test) => {
    const odd = ['# SKIP all', 'a\\', '\\# TODO', '1..9', 'ok 7', 'not ok', '\n', '\u0000', 'ß → 😀', '---', '']
    const tests = [...odd.map((name) => testResult({ name })), FAILED]
    const [file = ''] = written(test, 'tap', [testReport({ tests })])
    const { stdout, status } = spawnSync(PROVE ?? '', ['--exec', 'cat', file], { encoding: 'utf8' })
    assert.notEqual(status, 0)
    assert.match(stdout, /Failed test: {2}12\nFiles=1, Tests=12,/)
    assert.doesNotMatch(stdout, /Parse errors/)
  })
})

const HOUSE = `plugin: house
hooks:
  rcpt:
    - { id: trap, match: { rcpt: trap@example.org }, return: DENY }
    - { id: never, match: { rcpt: nobody@example.org }, return: DENY }
tests:
  - name: the trap is shut
    given: { sender: a@example.net, rcpt: trap@example.org }
    expect: { rule: trap }
`

describe('lcov', { skip: needs(LCOV && GENHTML, 'lcov') }, () => {
  it('counts lines and rules as the report does, and draws them in their source', async (test) => {
    const { path, postern, read } = folder(test, { 'my rules/50% é.yaml': HOUSE })
    await postern(['test', '--coverage', '-f', 'lcov=coverage.info'])
    const summary = run(LCOV, ['--summary', 'coverage.info'], path)
    assert.match(summary, /lines\.+: 50\.0% \(1 of 2 lines\)/)
    assert.match(summary, /functions\.+: 50\.0% \(1 of 2 functions\)/)
    run(GENHTML, ['coverage.info', '--output-directory', 'drawn'], path)
    assert.match(read('drawn/my rules/50% é.yaml.gcov.html'), /nobody@example\.org/)
  })
})
