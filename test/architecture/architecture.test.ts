/**
 * Holds the project to ARCHITECTURE.md: reads every file and asks every rule.
 *
 * Each rule first shows on small examples that it fails where it should and nowhere else.
 */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { cycleRule } from './cycle-rule.ts'
import { IMPORT_RULES } from './import-rules.ts'
import { describeFinding, type Example, type Rule } from './rule.ts'
import { type SourceFile, sourceFile } from './source-file.ts'
import { DOORS } from './tables.ts'
import { TEXT_RULES } from './text-rules.ts'

const ROOT = join(import.meta.dirname, '../..')
const RULES: readonly Rule[] = [...IMPORT_RULES, cycleRule, ...TEXT_RULES]

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

function places(rule: Rule, example: Example): string[] {
  const files = Object.entries(example).map(([path, text]) => sourceFile(path, text))
  return rule.check(files).map(({ path, line }) => `${path}:${line}`)
}

function project(): SourceFile[] {
  const paths = globSync(['src/**/*.{ts,js}', 'test/**/*.ts', 'builtins/**/*.yaml'], { cwd: ROOT })
  return paths.toSorted().map((path) => sourceFile(path, read(path)))
}

const files = project()

for (const rule of RULES) {
  describe(rule.name, () => {
    for (const [place, example] of Object.entries(rule.bad)) {
      it(`is broken at ${place} by ${Object.values(example).join(' ').replaceAll(/\s+/g, ' ').slice(0, 70)}`, () => {
        assert.deepEqual(places(rule, example), [place])
      })
    }
    it('is kept by the good examples', () => {
      assert.deepEqual(
        rule.good.flatMap((example) => places(rule, example)),
        [],
      )
    })
    it('is kept by the project', () => {
      const broken = rule.check(files).map((finding) => describeFinding(rule, finding))
      if (broken.length > 0) assert.fail(broken.join('\n'))
    })
  })
}

it('reads the whole project', () => {
  const found = new Set(files.map(({ path }) => path))
  for (const path of ['src/core/hook.ts', 'src/cli/postern.js', 'test/architecture/rule.ts']) assert.ok(found.has(path))
})

it('the table of doors names the runtime dependencies', () => {
  const { dependencies, peerDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  assert.deepEqual(Object.keys(DOORS).toSorted(), Object.keys({ ...dependencies, ...peerDependencies }).toSorted())
})

const PAGE = 'ARCHITECTURE.md'
it(`${PAGE} has the sections that findings send to`, {
  skip: !existsSync(join(ROOT, PAGE)) && 'not written yet',
}, () => {
  const headings = read(PAGE).matchAll(/^#+ (?:\d+\. )?(.+)$/gm)
  const sections = new Set(Array.from(headings, ([, heading]) => heading))
  assert.deepEqual(
    RULES.filter(({ section }) => !sections.has(section)).map(({ section }) => section),
    [],
  )
})
