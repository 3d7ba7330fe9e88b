/** A directory of one's own, gone with what is in it: after one test, or after those of the file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

interface Ending {
  after(clean: () => void): void
}

export function temporaryDirectory(test: Ending = { after }): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-test-'))
  test.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
