/** Editors and `postern check` agree: no false alarm in an editor, and no slip in the structure that it does not see. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv, type ValidateFunction } from 'ajv'
import { allSchemas } from '../../src/cli/schemas/schemas.ts'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import type { DiagnosticCode } from '../../src/language/codes.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { toJson, valueOf } from '../../src/language/node.ts'
import { checkSchema } from '../../src/language/schema/check.ts'
import { SESSION_SCHEMA } from '../../src/language/files/session-schema.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { checkTests } from '../../src/testing/check-tests.ts'
import { caseFiles, textsOf } from '../compiler/case-file.ts'
import { codePages } from '../compiler/diagnostic-pages.ts'
import { loadTexts } from '../compiler/memory-site.ts'
import { TEST_VOCABULARY } from '../compiler/words.ts'
import { some } from '../support/some.ts'
import { changesOf, type FileKind, type Json, WHOLE_FILES } from './whole.ts'

const ROOT = join(import.meta.dirname, '../..')

type Validator = (kind: FileKind) => ValidateFunction

/** Small functions: a validator with everything inlined needs more stack than there is. */
function validators(vocabulary: typeof VOCABULARY): Validator {
  const schemas = allSchemas(vocabulary)
  const compiled = new Map<FileKind, ValidateFunction>()
  return (kind) => {
    const ready = compiled.get(kind) ?? compile(schemas.get(kind) ?? assert.fail(`there is no schema of ${kind}`))
    compiled.set(kind, ready)
    return ready
  }
}

function compile(schema: object): ValidateFunction {
  return new Ajv({ strict: false, inlineRefs: false, logger: false }).compile(schema)
}

function yamlFiles(folder: string): readonly string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.yaml'))
  return some(files, `files in ${folder}`).map((name) => join(folder, name))
}

/** Undefined for files of other programs. */
function kindOf(root: ReturnType<typeof parseYaml>): FileKind | undefined {
  if (root?.kind !== 'map') return undefined
  const kinds = { suite: 'suite', plugin: 'plugin', ruleset: 'ruleset', plugins: 'site' } as const
  const key = (['suite', 'plugin', 'ruleset', 'plugins'] as const).find((one) => valueOf(root, one))
  return key && kinds[key]
}

function assertValid(text: string, name: string, validator: Validator): void {
  const root = parseYaml(text, name, new Report())
  const kind = kindOf(root)
  if (!root || !kind) return
  const validate = validator(kind)
  assert.ok(validate(toJson(root)), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}`)
}

describe('an editor finds nothing wrong', () => {
  const ours = validators(VOCABULARY)
  const tests = validators(TEST_VOCABULARY)
  for (const folder of ['builtins', 'rules', 'examples'])
    for (const name of yamlFiles(folder))
      it(`in ${name}`, () => assertValid(readFileSync(join(ROOT, name), 'utf8'), name, ours))

  for (const { topic, cases = [] } of caseFiles())
    it(`in the cases of ${topic}`, () => {
      for (const one of cases)
        for (const [name, text] of Object.entries(textsOf(one)))
          if (name.endsWith('.yaml')) assertValid(text, `${one.name}: ${name}`, tests)
    })

  it('in the right examples of docs/diagnostics', () => {
    for (const { code, examples } of codePages()) {
      const right = examples.at(-1)
      if (right?.kind === 'yaml plugin' || right?.kind === 'yaml site') assertValid(right.text, code, ours)
    }
  })
})

/** What these codes say cannot be said in JSON Schema: names, hooks, lists, notes and texts depend on each other. */
const BEYOND_SCHEMAS = /^(?:CFG10[3469]|CFG11[01345]|NET|RGX|HOK4|LST|NOT|TPL|TST|YML7(?:02|09|10))/

/** What a plugin takes is known to the plugin alone, the type of a note to those that set it. */
const ELSEWHERE = /\.yaml:1\.|\.with\.|\.default\b|\.params\.|\.enabled\.|\.note\.points\b/

async function check(kind: FileKind, value: Json): Promise<ReadonlySet<DiagnosticCode>> {
  const text = JSON.stringify(value)
  const plugin = JSON.stringify(WHOLE_FILES.plugin)
  if (kind === 'session' || kind === 'suite') return checkAlone(kind, text)
  const site = kind === 'site' ? text : `hostname: mx.example.org\nplugins: [./${kind}.yaml]\n`
  const texts = { 'plugin.yaml': plugin, [`${kind}.yaml`]: text, 'postern.yaml': site }
  const { report } = await loadTexts(texts, {}, VOCABULARY)
  const root = kind === 'plugin' ? parseYaml(text, 'plugin.yaml', new Report()) : undefined
  if (root?.kind === 'map') checkTests(root, report)
  return errorsIn(report)
}

function checkAlone(kind: 'session' | 'suite', text: string): ReadonlySet<DiagnosticCode> {
  const report = new Report()
  const root = parseYaml(text, `${kind}.yaml`, report)
  if (root && kind === 'session') checkSchema(root, SESSION_SCHEMA, report, { what: 'a session' })
  else if (root?.kind === 'map') checkTests(root, report)
  return errorsIn(report)
}

function errorsIn(report: Report): ReadonlySet<DiagnosticCode> {
  return new Set(report.sorted().flatMap(({ code, severity }) => (severity === 'error' ? [code] : [])))
}

describe('an editor and postern check agree', () => {
  const validator = validators(VOCABULARY)
  for (const [kind, whole] of Object.entries(WHOLE_FILES) as [FileKind, Json][]) {
    it(`about a ${kind} with every key`, async () => {
      const validate = validator(kind)
      assert.ok(validate(whole), JSON.stringify(validate.errors))
      assert.deepEqual([...(await check(kind, whole))], [])
    })

    it(`about a ${kind} that is changed in one place`, async () => {
      const validate = validator(kind)
      const wrong: string[] = []
      for (const { name, value } of changesOf(whole)) {
        // What kind of file it is, and whether it is one, is told by its first key.
        if (!/\./.test(name) || /^\.(?:suite|plugin|ruleset) /.test(name)) continue
        const isValid = validate(value)
        const codes = [...(await check(kind, value))]
        const unseen = ELSEWHERE.test(name) ? [] : codes.filter((code) => !BEYOND_SCHEMAS.test(code))
        if (!isValid && codes.length === 0)
          wrong.push(`${name}: a false alarm, ${JSON.stringify(validate.errors?.[0])}`)
        if (isValid && unseen.length > 0) wrong.push(`${name}: ${unseen.join(' ')} is not seen`)
      }
      assert.deepEqual(wrong, [])
    })
  }
})
