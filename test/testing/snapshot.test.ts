/** Snapshots: what is written is read again as it was, and differences are told line by line. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Report } from '../../src/language/diagnostic.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { compareSnapshots, readSnapshots, snapshotPath, writeSnapshots } from '../../src/testing/snapshot.ts'

function read(text: string): readonly (readonly [string, readonly string[]])[] {
  const report = new Report()
  const snapshots = readSnapshots(parseYaml(text, '/a.snap', report))
  assert.deepEqual(report.sorted(), [])
  return [...snapshots].map(([name, { lines }]) => [name, lines])
}

describe('a file of snapshots', () => {
  it('is read as it was written, whatever tests are called and clients say', () => {
    const name = fc.string({ unit: 'binary', maxLength: 100 })
    const lines = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, lines), { selector: ([first]) => first, minLength: 1 }), (entries) => {
        assert.deepEqual(read(writeSnapshots(new Map(entries))), entries)
      }),
    )
  })

  it('lies beside its tests', () => {
    assert.equal(snapshotPath('/site/house.test.yaml'), '/site/house.test.snap')
    assert.equal(snapshotPath('/site/rules/house.yml'), '/site/rules/house.snap')
  })
})

describe('differences', () => {
  const between = (stored: readonly string[], now: readonly string[]): readonly string[] =>
    compareSnapshots(stored, now).map(({ expected, actual }) => `${expected} ≠ ${actual}`)

  it('are lines that are gone beside lines that are new', () => {
    assert.deepEqual(between(['a', 'b', 'c'], ['a', 'x', 'c']), ['b ≠ x'])
    assert.deepEqual(between(['a', 'b'], ['a']), ['b ≠ nothing'])
    assert.deepEqual(between(['a'], ['a', 'b', 'c']), ['nothing ≠ b', 'nothing ≠ c'])
    assert.deepEqual(between(['a', 'b'], ['a', 'b']), [])
  })

  it('may be in the order alone', () => {
    assert.deepEqual(between(['a', 'b'], ['b', 'a']), ['a; b ≠ b; a'])
  })
})
