/** What `postern diff` says about the site of a folder and the one in `before`, as data. */
import assert from 'node:assert/strict'
import type { DiffReport } from '../../src/testing/diff/report.ts'
import type { Folder } from './folder.ts'

export async function reportOf(of: Folder, ...args: readonly string[]): Promise<DiffReport> {
  const { stdout, stderr } = await of.postern(['diff', 'before', '-f', 'json', ...args])
  assert.equal(stderr, '')
  return JSON.parse(stdout) as DiffReport
}
