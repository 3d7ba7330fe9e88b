/** The lint rules that stand for habits of ARCHITECTURE.md: each is shown to fail on a small bad example. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
const EMPTY = 'export {}\n'

/** The rule that is broken, if any, and the text that breaks it. */
const FILES: Readonly<Record<string, readonly [string | undefined, string]>> = {
  'src/core/CamelCase.ts': ['unicorn(filename-case)', EMPTY],
  'src/core/any.ts': ['typescript(no-explicit-any)', 'export function f(a: any): string {\n  return String(a)\n}\n'],
  'src/core/assertion.ts': ['typescript(no-non-null-assertion)', 'export const f = (a?: string): string => a!\n'],
  'src/core/console.ts': ['eslint(no-console)', `console.log('a')\n${EMPTY}`],
  'src/core/cycle-a.ts': ['import(no-cycle)', `import { b } from './cycle-b.ts'\nexport const a = (): number => b()\n`],
  'src/core/cycle-b.ts': ['import(no-cycle)', `import { a } from './cycle-a.ts'\nexport const b = (): number => a()\n`],
  'src/core/default.ts': ['import(no-default-export)', 'export default 3\n'],
  'src/core/equality.ts': ['eslint(eqeqeq)', 'export const f = (a: number): boolean => a == 1\n'],
  'src/core/floating.ts': ['typescript(no-floating-promises)', `Promise.resolve('a')\n${EMPTY}`],
  'src/core/ignore.ts': ['typescript(ban-ts-comment)', '// @ts-ignore\nexport const a: number = 3\n'],
  'src/core/kinds.ts': [
    'typescript(switch-exhaustiveness-check)',
    `export function f(a: 'b' | 'c'): void {\n  switch (a) {\n    case 'b':\n      break\n  }\n}\n`,
  ],
  'src/core/misused.ts': [
    'typescript(no-misused-promises)',
    'export const f = (list: number[]): void => list.forEach(async () => f(list))\n',
  ],
  'src/core/not-a-promise.ts': [
    'typescript(await-thenable)',
    'export async function f(a: number): Promise<number> {\n  const b = await a\n  return b + 1\n}\n',
  ],
  'src/core/types.ts': [
    'typescript(consistent-type-imports)',
    `import { Buffer } from 'node:buffer'\nexport type A = Buffer\n`,
  ],
  'src/core/unused.ts': ['eslint(no-unused-vars)', `import { a } from './cycle-a.ts'\nexport const b = 1\n`],
  'src/cli/console.ts': [undefined, `console.log('a')\n${EMPTY}`],
  'examples/01/plugins/plugin.ts': [undefined, 'export default 3\n'],
  'test/core/a.test.ts': [
    undefined,
    `import { describe, it, test } from 'node:test'\ndescribe('a', () => {\n  it('b', async () => {})\n})\ntest('c', async () => {})\n`,
  ],
  'test/core/floating.test.ts': [
    'typescript(no-floating-promises)',
    `import { test } from 'node:test'\ntest('a', () => {\n  Promise.resolve(1)\n})\n`,
  ],
}

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
}

function lint(folder: string): string[] {
  const oxlint = join(ROOT, 'node_modules/.bin/oxlint')
  const { stdout } = spawnSync(oxlint, ['-f', 'json', 'src', 'test', 'examples'], { cwd: folder, encoding: 'utf8' })
  const { diagnostics } = JSON.parse(stdout) as Report
  return [...new Set(diagnostics.map(({ filename, code }) => `${filename}: ${code}`))].toSorted()
}

describe('lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-lint-'))

  before(() => {
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(ROOT, name), join(folder, name))
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    for (const [path, [, text]] of Object.entries(FILES)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  it('finds what the habits forbid, and nothing in the files beside', () => {
    const expected = Object.entries(FILES).flatMap(([path, [rule]]) => (rule === undefined ? [] : `${path}: ${rule}`))
    assert.deepEqual(lint(folder), expected.toSorted())
  })
})
