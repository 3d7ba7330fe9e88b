/**
 * Debian's qpsmtpd and Postern decide the same over the same files, save for what docs/qpsmtpd-differences.md says. More
 * sessions: `node test/differential/run.ts --sessions 600`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readDifferences } from '../../src/compiler/import/differences.ts'
import { readAllowed } from './allowed.ts'
import { compare, describeFound, DIALOGUES } from './differential.ts'
import { FULL } from './generate.ts'
import { qpsmtpdMissing } from './qpsmtpd.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/qpsmtpd-differences.md'), 'utf8')
const IDS = readDifferences(PAGE).flatMap(({ id }) => id ?? [])

describe('docs/qpsmtpd-differences.md', () => {
  it('names each row at most once', () => assert.deepEqual(IDS, [...new Set(IDS)]))

  it('has a reason for everything the differential test may see', () => {
    const reasons = readAllowed().map(({ because }) => because)
    assert.ok(reasons.length > 0)
    assert.deepEqual(
      reasons.filter((id) => !IDS.includes(id)),
      [],
    )
  })
})

it('qpsmtpd and Postern say the same, save for what is known', { skip: qpsmtpdMissing() }, async () => {
  const { sessions, unexplained, seen } = await compare({ seed: 1, configurations: FULL, dialogues: DIALOGUES })
  assert.equal(sessions, FULL * DIALOGUES)
  assert.deepEqual(unexplained.map(describeFound), [])
  const idle = [...seen].filter(([, count]) => count === 0).map(([{ row }]) => row)
  assert.deepEqual(idle, [], 'rows of the table that no longer occur')
})
