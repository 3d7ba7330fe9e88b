/** A site with one of each mistake: `postern check` finds them all in one run, each once, at its place. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { expectedIn } from './fault-file.ts'

const SITE = join(import.meta.dirname, 'one-of-each')
const POSTERN = join(import.meta.dirname, '../../src/cli/postern.js')

interface Found extends Pick<Diagnostic, 'file' | 'range' | 'severity' | 'code' | 'message'> {}

test('postern check finds one of each', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [POSTERN, 'check', '-f', 'json'], {
    cwd: SITE,
    encoding: 'utf8',
  })
  const report = JSON.parse(stdout) as { readonly diagnostics: readonly Found[] }
  const said = report.diagnostics.map(({ file, range, severity, code, message }) => {
    const place = `${file}:${range.start.line}:${range.start.column}`
    return `${place} ${severity === 'error' ? '' : `${severity} `}${code} ${message}`
  })
  assert.deepEqual(said.toSorted(), expected().toSorted())
  assert.equal(stderr, '')
  assert.equal(status, 1)
})

/** Places in other files name them; the others are in the file that expects them. */
function expected(): readonly string[] {
  const files = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))
  return files.flatMap((name) =>
    expectedIn(join(SITE, name)).map((line) => (/^\d/.test(line) ? `${name}:${line}` : line)),
  )
}
