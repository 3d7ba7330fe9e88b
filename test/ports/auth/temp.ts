/** A directory for the tests of one file, gone after them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-auth-'))
  after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
