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
import { CONFIGURATIONS } from './generate.ts'
import { isLeftOut, packagedPlugins, readLeftOut } from './left-out.ts'
import { COMPARED } from './plugins.ts'
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

describe("the plugins of Debian's package", { skip: qpsmtpdMissing() }, () => {
  const [packaged, leftOut] = [qpsmtpdMissing() === false ? packagedPlugins() : [], readLeftOut()]

  it('are compared, or there is a reason', () => {
    const known = (plugin: string): boolean => COMPARED.has(plugin) || leftOut.some((one) => isLeftOut(plugin, one))
    assert.ok(packaged.length > 80)
    assert.deepEqual(
      packaged.filter((plugin) => !known(plugin)),
      [],
    )
  })

  it('are left out only when they are there, and are not compared', () => {
    const idle = leftOut.filter((one) => !packaged.some((plugin) => isLeftOut(plugin, one) && !COMPARED.has(plugin)))
    assert.deepEqual(idle, [])
    assert.deepEqual(
      leftOut.filter(({ why }) => why === ''),
      [],
    )
  })

  it('are all in the package', () => {
    assert.deepEqual(
      [...COMPARED].filter((plugin) => !packaged.includes(plugin)),
      [],
    )
  })
})

it('qpsmtpd and Postern say the same, save for what is known', { skip: qpsmtpdMissing() }, async () => {
  const { sessions, unexplained, seen } = await compare({
    seed: 1,
    configurations: CONFIGURATIONS,
    dialogues: DIALOGUES,
  })
  assert.equal(sessions, CONFIGURATIONS * DIALOGUES)
  assert.deepEqual(unexplained.map(describeFound), [])
  const idle = [...seen].filter(([, count]) => count === 0).map(([{ row }]) => row)
  assert.deepEqual(idle, [], 'rows of the table that no longer occur')
})
