/**
 * Mistakes as admins make them, and what they read then, to the column. Each folder of test/cli/samples has files with
 * a mistake and, in `expected`, what `postern check` prints there. `SAMPLES=write` writes it; read what changed before
 * you keep it.
 */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { run } from '../../src/cli/main.ts'

const SAMPLES = join(import.meta.dirname, 'samples')
const NAMES = readdirSync(SAMPLES).toSorted()

/** The folder is copied: no site around it may have a say. */
async function checked(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-sample-'))
  const before = process.cwd()
  const out: string[] = []
  cpSync(join(SAMPLES, name), folder, { recursive: true })
  process.chdir(folder)
  try {
    await run(['check'], {
      color: false,
      print: (text) => void out.push(`${text}\n`),
      talk: (text) => assert.fail(text),
      progress: () => undefined,
    })
  } finally {
    process.chdir(before)
    rmSync(folder, { recursive: true })
  }
  return out.join('').replaceAll(`${folder}/`, '')
}

describe('a sample', () => {
  for (const name of NAMES) {
    it(name, async () => {
      const path = join(SAMPLES, name, 'expected')
      const said = await checked(name)
      if (process.env['SAMPLES'] === 'write') writeFileSync(path, said)
      assert.equal(said, readFileSync(path, 'utf8'))
    })
  }

  it('is there for each kind of mistake, and none is drawn wider than a terminal but for its sentences', () => {
    assert.equal(NAMES.length, 18)
    for (const name of NAMES) {
      const lines = readFileSync(join(SAMPLES, name, 'expected'), 'utf8').split('\n')
      const drawn = lines.filter((line) => /^ *\d+ \|/.test(line))
      assert.deepEqual(
        drawn.filter((line) => line.length > 80),
        [],
      )
    }
  })
})
