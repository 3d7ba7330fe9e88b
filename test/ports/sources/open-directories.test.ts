/** Files whose directory others may write to: whoever may puts one in the place of another. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { sourceAt } from './world.ts'

describe('a file in a directory that others may write to', () => {
  for (const scheme of ['own', 'files'] as const)
    for (const mode of [0o777, 0o1777, 0o755])
      it(`${mode === 0o755 ? 'is read when they may not' : 'is not read'}: ${scheme}, ${mode.toString(8)}`, async (test) => {
        const root = temporaryDirectory(test)
        const at = join(root, 'ann', 'lists')
        mkdirSync(at, { recursive: true })
        writeFileSync(join(at, 'friends'), 'eve@example.net\n')
        chmodSync(at, mode)
        const source = sourceAt(scheme === 'own' ? `own:${root}/%u/lists/friends` : `files:${at}`)
        const answer = await source.lookup(scheme === 'own' ? 'ann@example.org' : 'friends')
        await source.close()
        if (mode === 0o755) assert.equal(answer.kind, 'found')
        else assert.match(JSON.stringify(answer), /"failed".*others may write to its directory/)
      })
})
