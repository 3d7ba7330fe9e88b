/** Every mistake that tests know of, corrected: a correction is made once, and leaves none behind that could be made. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { checkFiles } from '../../src/cli/check/check-files.ts'
import { fixFiles } from '../../src/cli/check/fix-files.ts'
import type { Diagnostic, Safety } from '../../src/language/diagnostic.ts'

const FAULTS = join(import.meta.dirname, '../compiler/faults')
const SAMPLES = join(import.meta.dirname, 'samples')

function yamlIn(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.yaml')).map((name) => join(directory, name))
}

const ALL = [...yamlIn(FAULTS).filter((path) => !path.includes('/with/')), ...yamlIn(SAMPLES)]

async function corrected(
  path: string,
  safeties: readonly Safety[],
): Promise<{ readonly before: readonly Diagnostic[]; readonly after: readonly Diagnostic[]; readonly done: number }> {
  const check = (changed: ReadonlyMap<string, string>): ReturnType<typeof checkFiles> =>
    checkFiles([path], () => undefined, { changed })
  const { diagnostics: before } = await check(new Map())
  const { files, done } = await fixFiles({ safeties, check, isWanted: () => true, paths: [path] })
  const texts = new Map([...files].map(([file, { after }]) => [file, after]))
  return { before, after: (await check(texts)).diagnostics, done: done.length }
}

/** Policies are read past the files that can be changed in memory. */
function isLeft({ fixes }: Diagnostic, safeties: readonly Safety[]): boolean {
  const wanted = fixes.filter(({ safety }) => safeties.includes(safety))
  return wanted.some(({ edits }) => edits.every(({ file }) => !resolve(file).includes('/policies')))
}

describe('what can be corrected', () => {
  for (const safeties of [['safe'], ['safe', 'unsafe']] as const)
    it(`is, ${safeties.join(' and ')}, and then no more`, async () => {
      let count = 0
      for (const path of ALL) {
        const { after, done } = await corrected(path, safeties)
        count += done
        assert.deepEqual(
          after.filter((one) => isLeft(one, safeties)),
          [],
          path,
        )
      }
      assert.ok(count > 20, String(count))
    })

  it('brings no error of YAML with it', async () => {
    for (const path of ALL) {
      const { before, after } = await corrected(path, ['safe', 'unsafe'])
      const isOfYaml = ({ code }: Diagnostic): boolean => code.startsWith('YML')
      assert.ok(after.filter(isOfYaml).length <= before.filter(isOfYaml).length, path)
    }
  })
})
