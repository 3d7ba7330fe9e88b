/** Every plugin of qpsmtpd has a row, and every row a builtin that is there, with its parameters and lists, or a reason. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { PLUGIN_TABLE } from '../../../../src/compiler/import/qpsmtpd/table/index.ts'
import { type BuiltinRow, isBuiltin } from '../../../../src/compiler/import/qpsmtpd/table/row.ts'
import { builtinFiles } from '../../../../src/cli/wiring.ts'
import { Report } from '../../../../src/language/diagnostic.ts'
import { textOf } from '../../../../src/language/node.ts'
import { type ParamDeclaration, readPluginFile } from '../../../../src/language/files/plugin-file.ts'
import { parseYaml } from '../../../../src/language/yaml/parse.ts'

const BUILTINS = builtinFiles()

function paramsOf(builtin: string): ReadonlyMap<string, ParamDeclaration> {
  const path = BUILTINS.get(builtin)
  assert.ok(path !== undefined, `there is no builtin ${builtin}`)
  const report = new Report()
  const root = parseYaml(readFileSync(path, 'utf8'), path, report)
  assert.ok(root?.kind === 'map')
  return new Map(readPluginFile(path, root, report).params.map((param) => [param.name, param]))
}

function namesGivenBy({ params = {}, files = {}, always = {}, rejects }: BuiltinRow): readonly string[] {
  return [
    ...Object.values(params).flatMap(({ to }) => to ?? []),
    ...Object.keys(files),
    ...Object.keys(always),
    ...(rejects?.type ? ['reject_type'] : []),
    ...(rejects && rejects.naughty !== 'at-once' ? ['reject'] : []),
  ]
}

describe('the table of plugins', () => {
  for (const [name, row] of PLUGIN_TABLE) {
    if (isBuiltin(row))
      it(`${name}: its builtin takes what it is given`, () => {
        const params = paramsOf(row.builtin)
        assert.deepEqual(
          namesGivenBy(row).filter((param) => !params.has(param)),
          [],
        )
        for (const { param, file, kind, optional = false, named = false } of row.lists ?? []) {
          const declared = params.get(param)
          assert.equal(declared?.list, kind)
          assert.equal(declared?.optional, optional)
          assert.equal(textOf(declared?.default) === file, !named)
        }
      })
    else if ('absent' in row) it(`${name}: there is a reason`, () => assert.notEqual(row.absent, ''))
  }
})

const PLUGINS = '/usr/share/qpsmtpd/plugins'
/** No plugins. */
const OTHERS = new Set(['registry.txt', 'karma_tool', 'tls_cert'])

it("knows every plugin of Debian's package", { skip: existsSync(PLUGINS) ? false : 'qpsmtpd is not installed' }, () => {
  const files = readdirSync(PLUGINS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(PLUGINS.length + 1))
  const plugins = names.filter((name) => !name.startsWith('async/') && !OTHERS.has(name))
  assert.ok(plugins.length > 50)
  assert.deepEqual(
    plugins.filter((name) => !PLUGIN_TABLE.has(name)),
    [],
  )
})
