/** Whatever stands in a report, each format is a document of its kind, and the same one after the report was saved. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FORMAT_NAMES } from '../../../src/cli/formats/index.ts'
import { reports } from '../hostile-reports.ts'
import { READERS, readJson, render } from './read-formats.ts'

describe('any report', () => {
  for (const format of FORMAT_NAMES) {
    it(`is a document in ${format}`, () => {
      fc.assert(fc.property(reports, (report) => void READERS[format](render(format, report))))
    })
  }

  it('is the same in every format when it was saved in between', () => {
    fc.assert(
      fc.property(reports, (report) => {
        const saved = readJson(render('json', report))
        for (const format of FORMAT_NAMES) assert.equal(render(format, saved), render(format, report), format)
      }),
    )
  })
})
