/** A folder as a repository of git. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { Folder } from './folder.ts'

const IDENTITY = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']

function git({ path }: Folder, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync('git', [...IDENTITY, ...words], { cwd: path, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** All that is in it; the first time the repository is made. */
export function commitAll(of: Folder): void {
  git(of, 'init', '-q')
  git(of, 'add', '.')
  git(of, 'commit', '-q', '-m', 'what is there now')
}
