/**
 * What is loaded before `postern check` knows whether it has a report to show again: a second check would not be quick if
 * that took libraries, or the language.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { targetOf } from './import-rules.ts'
import { type SourceFile, sourceFile } from './source-file.ts'

const FILES: ReadonlyMap<string, SourceFile> = new Map(
  globSync('src/**/*.{ts,js}').map((path) => [path, sourceFile(path, readFileSync(path, 'utf8'))]),
)

/** Everything that these files import when they are loaded, and what that imports. */
function loadedWith(paths: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    const file = FILES.get(path)
    for (const one of file?.imports ?? []) {
      if (one.type || one.form === 'dynamic' || !file) continue
      const target = targetOf(file, one)
      load(target !== undefined && FILES.has(target) ? target : (one.specifier ?? ''))
    }
  }
  for (const path of paths) load(path)
  return loaded
}

const START = ['src/cli/postern.js', 'src/cli/cache-directory.js', 'src/cli/main.ts', 'src/cli/commands/check.ts']

it('a check that is shown again loads one library, and neither parser nor compiler', () => {
  const loaded = [...loadedWith(START)]
  const libraries = loaded.filter((one) => !one.startsWith('src/') && !one.startsWith('node:'))
  assert.deepEqual(libraries, ['commander'])
  const parts = loaded.filter((one) =>
    /^src\/(?:compiler|engine|vocabulary|smtp|server)\/|^src\/language\/yaml/.test(one),
  )
  assert.deepEqual(parts, ['src/compiler/import/qpsmtpd/site-file.ts'])
  assert.ok(loaded.length > 30, loaded.join(' '))
})

it('would find one', () => {
  assert.ok(loadedWith(['src/cli/check/check-files.ts']).has('yaml'))
})
