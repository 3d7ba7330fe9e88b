/** What is said of rules without tests (TST904), against what the tests of all builtins do when each is run alone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { builtinFiles, compileEnvironment } from '../../src/cli/wiring.ts'
import type { Outline } from '../../src/compiler/analysis/outline.ts'
import { compileSite } from '../../src/compiler/compile-site.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { type Diagnostic, Report } from '../../src/language/diagnostic.ts'
import { readPluginFile } from '../../src/language/files/plugin-file.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { runTestFile } from '../../src/testing/run-tests.ts'
import type { TestCase } from '../../src/testing/test-case.ts'
import { unreachedByTests } from '../../src/testing/untested/index.ts'
import { folder } from '../cli/folder.ts'
import { fakeClock } from '../support/fake-clock.ts'

const START = { line: 1, column: 1, offset: 0 }

async function compiled(path: string): Promise<Outline> {
  const at = { file: path, range: { start: START, end: START } }
  const entry = { use: path, at, args: [], match: undefined, unless: undefined, mode: undefined }
  const place = { directory: '/nowhere', defaults: '/nowhere', lenient: true }
  const localDomains = { kind: 'seq', at, items: [] } as const
  const { outline } = await compileSite(
    { hostname: 'mx.example.org', entries: [entry], localDomains, place },
    compileEnvironment(),
  )
  return outline
}

/** Lines of the rules that were asked, and of those that applied. */
function linesIn(outcomes: readonly Outcome[]): { readonly asked: Set<number>; readonly applied: Set<number> } {
  const traced = outcomes.flatMap(({ trace }) => trace ?? [])
  const lineOf = (place: string): number => Number(place.split(':').at(-2))
  const hits = traced.filter(({ truth }) => truth === 'hit')
  return { asked: new Set(traced.map(({ at }) => lineOf(at))), applied: new Set(hits.map(({ at }) => lineOf(at))) }
}

interface Seen {
  readonly test: TestCase
  readonly outcomes: readonly Outcome[]
}

async function runEach(path: string, text: string): Promise<readonly Seen[]> {
  const { report: _report, sources: _sources, ...environment } = compileEnvironment()
  const seen: Seen[] = []
  await runTestFile(path, text, {
    ...environment,
    world: { clock: fakeClock(), log: { write: () => undefined } },
    readMessage: readFile,
    isWanted: () => true,
    observe: (outcomes, _, { test }) => void seen.push({ test, outcomes }),
  })
  return seen
}

/** As if nobody had named the rule: then its condition is looked at. */
function unnamed(test: TestCase): TestCase {
  return { ...test, steps: test.steps.map((step) => ({ ...step, expect: [] })) }
}

describe('a rule that a test is said not to reach', () => {
  const claims = { ofHooks: 0, ofConditions: 0 }
  for (const path of builtinFiles().values())
    it(`is not reached by it: ${basename(path)}`, async () => {
      const text = await readFile(path, 'utf8')
      const root = parseYaml(text, path, new Report())
      assert.ok(root?.kind === 'map')
      const file = readPluginFile(path, root, new Report())
      const outlines = [await compiled(path)]
      for (const { test, outcomes } of await runEach(path, text)) {
        const { asked, applied } = linesIn(outcomes)
        for (const { at, message } of unreachedByTests({ file, tests: [unnamed(test)], outlines })) {
          const isOfHook = message.startsWith('no test comes')
          const reached = isOfHook ? asked : applied
          assert.ok(!reached.has(at.range.start.line), `${test.name}: ${message}`)
          claims[isOfHook ? 'ofHooks' : 'ofConditions'] += 1
        }
      }
    })
  it('is said of many', () => assert.ok(claims.ofHooks > 100 && claims.ofConditions > 20, JSON.stringify(claims)))
})

const HOUSE = 'plugin: house\nhooks:\n  helo:\n    - { id: no, match: { helo: a.example }, return: DENY }\n'
const SITE = 'hostname: mx.example.org\nplugins: [./house.yaml]\n'
const OTHER = `plugin: other\n${HOUSE.slice(HOUSE.indexOf('hooks'))}`
const MISSES = 'no test is about rule `no`: its condition misses in every session they give'

function suite(target: string, session: string): string {
  const given = `{ name: somebody says hello, given: { ${session} }, expect: { accepted: [] } }`
  return `suite: house\n${target}\ntests:\n  - ${given}\n`
}

async function said(test: TestContext, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { postern } = folder(test, files)
  const { stdout } = await postern(['check', '-f', 'json', '.'])
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }
  return diagnostics.flatMap(({ code, file, message }) => (code === 'TST904' ? [`${file}: ${message}`] : []))
}

describe('tests of a rule', () => {
  const [hit, miss] = ['helo: a.example, helo_verb: HELO', 'helo: b.example, helo_verb: HELO']

  it('stand in a suite of its plugin', async (test) => {
    const at = (session: string) => ({ 'house.yaml': HOUSE, 'house.test.yaml': suite('plugin: ./house.yaml', session) })
    assert.deepEqual(await said(test, at(hit)), [])
    assert.deepEqual(await said(test, at(miss)), [`house.yaml: ${MISSES}`])
    assert.deepEqual(await said(test, at('helo: a.example')), [
      'house.yaml: no test comes to `helo`: rule `no` is never asked',
    ])
  })

  it('stand in a suite of a site or ruleset that uses it', async (test) => {
    const site = { 'house.yaml': HOUSE, 'postern.yaml': SITE, 'site.test.yaml': suite('site: ./postern.yaml', miss) }
    assert.deepEqual(await said(test, site), [`house.yaml: ${MISSES}`])
    const ruleset = {
      'house.yaml': HOUSE,
      'set.yaml': 'ruleset: set\nplugins: [./house.yaml]\n',
      'set.test.yaml': suite('plugin: ./set.yaml', hit),
    }
    assert.deepEqual(await said(test, ruleset), [])
  })

  it('are missed where others have some', async (test) => {
    const tested = { 'house.yaml': HOUSE, 'house.test.yaml': suite('plugin: ./house.yaml', hit) }
    assert.deepEqual(await said(test, { ...tested, 'other.yaml': OTHER }), [
      'other.yaml: no test here judges this plugin',
    ])
    const site = { 'site/postern.yaml': SITE.replace('house', 'other'), 'site/other.yaml': OTHER }
    assert.deepEqual(await said(test, { ...tested, ...site }), ['site/postern.yaml: no test here judges this site'])
  })

  it('are not asked for where there are none, or may be elsewhere', async (test) => {
    assert.deepEqual(await said(test, { 'house.yaml': HOUSE, 'postern.yaml': SITE }), [])
    const { postern } = folder(test, { 'house.yaml': HOUSE, 'house.test.yaml': suite('plugin: ./house.yaml', miss) })
    const { stdout } = await postern(['check', '-f', 'compact', 'house.yaml'])
    assert.equal(stdout, '')
  })
})
