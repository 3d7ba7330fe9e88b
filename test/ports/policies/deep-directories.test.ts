/** What somebody who may write below the policies can put there to keep `check` from looking at the others. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { allPolicyFiles, type FoundPolicyFile } from '../../../src/ports/policies/policy-files.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const NAME = 'deep-directory'

/** A thousand directories in each other: one path cannot name them all, so each is put into the next. */
function nest(root: string): void {
  mkdirSync(join(root, 'inner'))
  for (let depth = 0; depth < 1000; depth += 1) {
    mkdirSync(join(root, 'outer'))
    renameSync(join(root, 'inner'), join(root, 'outer', NAME))
    renameSync(join(root, 'outer'), join(root, 'inner'))
  }
}

async function filesBelow(root: string): Promise<readonly FoundPolicyFile[]> {
  const found: FoundPolicyFile[] = []
  for await (const file of allPolicyFiles(root, { mostOctets: 1000 })) found.push(file)
  return found
}

it('a thousand directories in each other are one finding, and the policies beside them are read', async (test) => {
  const root = temporaryDirectory(test)
  mkdirSync(join(root, 'example.org'))
  writeFileSync(join(root, 'example.org/alice.yaml'), 'settings: {}\n', { mode: 0o600 })
  nest(root)
  const found = await filesBelow(root)
  assert.deepEqual(
    found.map(({ text, because }) => text ?? because),
    ['settings: {}\n', 'it is no regular file'],
  )
  assert.ok(found.every(({ path }) => path.length < root.length + 200))
})

it('a link from a directory to itself is not gone into', async (test) => {
  const root = temporaryDirectory(test)
  symlinkSync('.', join(root, 'loop'))
  assert.deepEqual(
    (await filesBelow(root)).map(({ because }) => because),
    ['it is a symbolic link'],
  )
})

it('a directory that may not be read is a finding', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async (test) => {
  const root = temporaryDirectory(test)
  mkdirSync(join(root, 'closed.example'))
  chmodSync(join(root, 'closed.example'), 0)
  const found = await filesBelow(root)
  chmodSync(join(root, 'closed.example'), 0o700)
  assert.deepEqual(
    found.map(({ because }) => because),
    ['it may not be read by this user'],
  )
})
