/** Mistakes, and that each is found once, at its place, by its code: test/compiler/faults holds a file for each. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { some } from '../support/some.ts'
import { expectedIn, findingsIn } from './fault-file.ts'

const FAULTS = join(import.meta.dirname, 'faults')

describe('a file with a mistake', () => {
  const names = readdirSync(FAULTS).filter((one) => one.endsWith('.yaml'))
  for (const name of some(names, 'files with a mistake'))
    it(name, async () => {
      const path = join(FAULTS, name)
      const expected = expectedIn(path)
      const [code = ''] = name.split('-')
      assert.ok(
        expected.some((line) => line.includes(` ${code} `)),
        `the file expects no ${code}`,
      )
      assert.deepEqual(await findingsIn(path, FAULTS), expected)
    })
})
