/** Every shipped plugin and ruleset: its own tests, its suites, and what each owes its readers. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { builtinFiles } from '../../src/cli/wiring.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { type PluginFile, readPluginFile } from '../../src/language/files/plugin-file.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { some } from '../support/some.ts'
import { registerPolicyTests } from '../support/policy-tests.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function yamlIn(directory: string): readonly string[] {
  const names = readdirSync(join(ROOT, directory)).filter((name) => name.endsWith('.yaml'))
  return names.map((name) => join(ROOT, directory, name))
}

function readBuiltin(path: string): PluginFile {
  const root = parseYaml(readFileSync(path, 'utf8'), path, new Report())
  assert.equal(root?.kind, 'map')
  return readPluginFile(path, root, new Report())
}

for (const [name, path] of some(builtinFiles(), 'builtins')) {
  test(`${name} says what it is and where it comes from`, () => {
    const file = readBuiltin(path)
    assert.equal(file.name, name)
    assert.match(file.summary, /^[A-Z].*\.$/)
    assert.notEqual(file.description, '')
    assert.match(file.reference, /qpsmtpd|RFC/)
    for (const param of file.params) assert.notEqual(param.summary, '', `${param.name} has no summary`)
  })
}

const suites = some(yamlIn('test/builtins'), 'suites')
const rulesets = some(
  yamlIn('rules').filter((path) => path.endsWith('.test.yaml')),
  'tests of rulesets',
)
for (const path of builtinFiles().values()) await registerPolicyTests(path, readBuiltin(path).chains.length > 0)
for (const path of [...suites, ...rulesets]) await registerPolicyTests(path)
