/** SARIF: what it says of each code, and what it leaves out because GitHub would refuse the whole file for it. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DIAGNOSTIC_CODES } from '../../../src/language/codes.ts'
import type { JsonDiagnostic } from '../../../src/language/render/json.ts'
import type { SavedReport } from '../../../src/testing/report-shape.ts'
import { some } from '../../support/some.ts'
import { readSarif, render } from './read-formats.ts'
import { checkReport, diagnostic, FAILED, onLine, testReport } from '../sample-report.ts'
import type { Sarif } from './sarif-schema.ts'

function runOf(report: SavedReport): Sarif['runs'][0] {
  return readSarif(render('sarif', report)).runs[0]
}

function many(length: number, more: Partial<JsonDiagnostic> = {}): readonly JsonDiagnostic[] {
  return Array.from({ length }, (_, index) => diagnostic({ ...onLine(index + 1), rule: `r${index}`, ...more }))
}

function noteOf(run: Sarif['runs'][0]): string | undefined {
  return run.invocations[0].toolExecutionNotifications?.[0]?.message.text
}

describe('a rule of SARIF', () => {
  const codes = Object.entries(DIAGNOSTIC_CODES)
  const all = codes.map(([code]) => diagnostic({ code }))
  const { rules } = runOf(checkReport({ diagnostics: all })).tool.driver

  it('has the page of its code, with links that lead somewhere', () => {
    assert.equal(rules.length, codes.length)
    for (const { id, shortDescription, fullDescription, help, helpUri } of some(rules, 'rules')) {
      const { markdown = '' } = help
      assert.ok(markdown.startsWith(`# ${id} ${shortDescription.text}\n`), id)
      assert.doesNotMatch(markdown, /\]\((?!https:)/, id)
      assert.doesNotMatch(`${fullDescription.text}${help.text}`, /\]\(/, id)
      assert.doesNotMatch(fullDescription.text, /^#|```/m, id)
      assert.equal(helpUri, `https://unpkg.com/postern@1.2.3/docs/diagnostics/${id}.md`)
    }
  })

  it('follows the links of its page from where the page is', () => {
    const analysis = rules.find(({ id }) => id === 'LST612')?.help.markdown
    assert.match(analysis ?? '', /\]\(https:\/\/unpkg\.com\/postern@1\.2\.3\/docs\/analysis\.md#closed-dns-lists\)/)
  })

  it('is about security where strangers may relay, and nowhere else', () => {
    const scores = rules.flatMap(({ id, properties: { tags, 'security-severity': score } }) => {
      assert.equal(score !== undefined, tags.includes('security'))
      return score === undefined ? [] : [[id, score]]
    })
    assert.deepEqual(scores, [
      ['FLW510', '8.0'],
      ['FLW511', '5.0'],
    ])
  })

  it('has its meaning alone where there is no page', () => {
    const [rule] = runOf(testReport({ tests: [FAILED] })).tool.driver.rules
    assert.deepEqual([rule?.id, rule?.help, rule?.helpUri], ['test-failed', { text: 'A test that fails' }, undefined])
  })

  it('is as bad as the worst that was found of it', () => {
    const diagnostics = (['info', 'error', 'warning'] as const).map((severity) => diagnostic({ severity }))
    const [rule] = runOf(checkReport({ diagnostics })).tool.driver.rules
    assert.equal(rule?.properties['problem.severity'], 'error')
  })
})

describe('what GitHub would refuse a whole SARIF file for', () => {
  it('is left out of the results, the least first, and their rules with them', () => {
    const warning = diagnostic({ severity: 'warning', code: 'CFG114' })
    const suppressed = [{ finding: diagnostic({ code: 'FLW501' }), reason: 'may be' }]
    const run = runOf(checkReport({ diagnostics: [warning, ...many(25_001)], suppressed }))
    assert.equal(run.results.length, 25_000)
    assert.ok(run.results.every(({ level }) => level === 'error'))
    assert.deepEqual(
      run.tool.driver.rules.map(({ id }) => id),
      ['CFG101'],
    )
    assert.match(noteOf(run) ?? '', /^3 findings left out: GitHub takes 25000/)
  })

  it('is left out where the file would be too large', () => {
    const long = many(100).map((one) => ({ ...one, message: randomBytes(120_000).toString('hex') }))
    const text = render('sarif', checkReport({ diagnostics: long }))
    const run = readSarif(text).runs[0]
    assert.ok(gzipSync(text).length <= 10_000_000)
    assert.match(noteOf(run) ?? '', new RegExp(`^${100 - run.results.length} findings left out`))
    assert.ok(run.results.length > 60)
  })

  it('is left out of the places beside a finding, which says so', () => {
    const labels = Array.from({ length: 1001 }, (_, index) => ({ file: 'a', ...onLine(index + 1), text: 'here too' }))
    const [result] = runOf(checkReport({ diagnostics: [diagnostic({ labels })] })).results
    assert.equal(result?.relatedLocations?.length, 999)
    assert.match(result?.message.text ?? '', /\n2 places more left out: GitHub takes 999$/)
  })

  it('is nothing of what fits', () => {
    const run = runOf(checkReport({ diagnostics: many(25_000) }))
    assert.deepEqual([run.results.length, noteOf(run)], [25_000, undefined])
  })
})
