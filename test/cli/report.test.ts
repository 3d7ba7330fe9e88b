/** `postern report`: a saved report once more, in any format. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FORMAT_NAMES, FORMATS } from '../../src/cli/formats/index.ts'
import { runPostern } from '../support/run-postern.ts'
import { folder } from './folder.ts'
import { readJson, render } from './formats/read-formats.ts'
import { checkReport, diagnostic, TESTS, testReport } from './sample-report.ts'

const HOUSE = `plugin: house
hooks: { rcpt: [{ id: trap, mach: { rcpt: trap@example.org }, return: DENY }] }
tests:
  - { name: a, given: { sender: a@b.example, rcpt: trap@example.org }, expect: { return: OK } }
`

describe('a saved report', () => {
  for (const command of ['check', 'test --coverage']) {
    it(`of \`${command}\` is the same in every format, without its files`, async (context) => {
      const words = command.split(' ')
      const of = folder(context, { 'house.yaml': HOUSE })
      const names = FORMAT_NAMES.filter((name) => FORMATS[name].commands.some((one) => one === words[0]))
      const outputs = names.flatMap((name) => ['-f', `${name}=out.${name}`])
      const { code } = await of.postern([...words, ...outputs])
      const elsewhere = folder(context, { 'saved.json': of.read('out.json') })
      assert.equal((await elsewhere.postern(['report', 'saved.json', ...outputs])).code, code)
      for (const name of names) assert.equal(elsewhere.read(`out.${name}`), of.read(`out.${name}`), name)
    })
  }

  it('comes from standard input too, and ends as its run did', () => {
    const input = render('json', checkReport({ diagnostics: [diagnostic()], summary: { exit_code: 1 } }))
    const { code, stdout } = runPostern(['report', '-', '-f', 'compact'], input)
    assert.deepEqual([code, stdout], [1, 'rules/house.yaml:4:7: error[CFG101] unknown key `mach` in a rule\n'])
    const zero = runPostern(['report', '-', '-f', 'json', '--exit-zero'], input)
    assert.deepEqual([zero.code, readJson(zero.stdout).summary.exit_code], [0, 0])
  })

  it('of a run that could not be is told again', async (context) => {
    const saved = render('json', checkReport({ failure: 'no such file', summary: { exit_code: 3 } }))
    const { code, stdout, stderr } = await folder(context, { 'a.json': saved }).postern(['report', 'a.json'])
    assert.deepEqual([code, stdout, stderr], [3, '', 'postern: no such file\n'])
  })
})

describe('what is no report', () => {
  const wrong: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
    'no JSON': ['<html>', /is no JSON/],
    'other JSON': ['{"a":1}', /is no report of postern: it must have required property 'version'/],
    'a report of the future': [
      JSON.stringify({ ...checkReport(), version: 2 }),
      /it has version 2, and this Postern reads version 1/,
    ],
    'a report that was changed': [
      JSON.stringify(testReport({ tests: TESTS })).replace('"line":20', '"line":-20'),
      /is no report of postern: \/tests\/0\/line must be >= 1/,
    ],
  }

  for (const [what, [text, why]] of Object.entries(wrong)) {
    it(`is refused: ${what}`, async (context) => {
      const { code, stdout, stderr } = await folder(context, { 'a.json': text }).postern([
        'report',
        'a.json',
        '-f',
        'json',
      ])
      assert.equal(code, 3)
      assert.match(stderr, why)
      assert.match(readJson(stdout).failure ?? '', why)
    })
  }

  it('is refused: a file that is not there', async (context) => {
    const { code, stderr } = await folder(context, {}).postern(['report', 'a.json'])
    assert.deepEqual([code, stderr], [3, 'postern: there is no file a.json\n'])
  })

  it('has no tests or coverage to show', async (context) => {
    const { postern } = folder(context, { 'a.json': render('json', checkReport()) })
    assert.match((await postern(['report', 'a.json', '-f', 'tap'])).stderr, /no tests in this report/)
    const { code, stderr } = await postern(['report', 'a.json', '-f', 'lcov'])
    assert.equal(code, 2)
    assert.match(stderr, /no coverage in this report/)
  })
})
