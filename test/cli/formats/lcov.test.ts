/** Coverage as lcov's tracefile: which rule is which line and function, and one record for a file whatever it is called. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readLcov, render } from './read-formats.ts'
import { COVERAGE, testReport } from '../sample-report.ts'

describe('lcov', () => {
  it('has rules as functions and lines, conditions as branches', () => {
    const [record, ...others] = readLcov(render('lcov', testReport({ coverage: COVERAGE })))
    assert.deepEqual(others, [])
    assert.equal(record?.file, 'rules/house.yaml')
    assert.deepEqual(
      [...(record?.functions ?? [])],
      [
        ['helo+ehlo/trap', 3],
        ['rcpt/quiet', 1],
        ['rcpt/unseen', 0],
      ],
    )
    assert.deepEqual(
      [...(record?.branches ?? [])],
      [
        ['5,14,0', '3'],
        ['5,14,1', '2'],
        ['5,30,0', '0'],
        ['5,30,1', '3'],
        ['9,20,0', '-'],
        ['9,20,1', '-'],
      ],
    )
  })

  it('counts a line by what is covered least on it', () => {
    const [record] = readLcov(render('lcov', testReport({ coverage: COVERAGE })))
    assert.deepEqual(
      [...(record?.lines ?? [])],
      [
        [4, 3],
        [5, 3],
        [6, 0],
        [8, 1],
        [9, 0],
      ],
    )
  })

  it('has one record for a file, whatever it is called', () => {
    const [first = assert.fail()] = COVERAGE.files
    const coverage = { ...COVERAGE, files: [{ ...first, file: 'a\nend_of_record\nSF:b' }] }
    assert.deepEqual(
      readLcov(render('lcov', testReport({ coverage }))).map(({ file }) => file),
      ['a␊end_of_record␊SF:b'],
    )
  })

  it('is empty where nothing was measured', () => assert.equal(render('lcov', testReport()), ''))
})
