/** A constant database whose damaged pointers make one chain of a whole file. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { CdbFile, cdbHash } from '../../../src/ports/sources/cdb-file.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const KEY = Buffer.from('ann@example.org')
const SLOTS = 100_000

/** Every slot is taken by another key. */
function endless(): Buffer {
  const file = Buffer.alloc(2048 + SLOTS * 8, 1)
  const pointer = (cdbHash(KEY) % 256) * 8
  file.writeUInt32LE(2048, pointer)
  file.writeUInt32LE(SLOTS, pointer + 4)
  return file
}

it('a chain without an end is left when nobody waits for the answer any more', async () => {
  const path = join(temporaryDirectory(), 'endless.cdb')
  writeFileSync(path, endless())
  const file = await CdbFile.open(path)
  const end = new AbortController()
  const found = file.find(KEY, end.signal)
  end.abort(new Error('late'))
  await assert.rejects(found, /late/)
  await file.close()
})
