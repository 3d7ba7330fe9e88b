/** Lines of qpsmtpd's files are known by their place. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { linesIn, wordsOf } from '../../../../src/compiler/import/qpsmtpd/config-reader.ts'

it('a line and its words stand where their places say', () => {
  const line = fc.array(fc.constantFrom('a', 'bc', '#', ' ', '\t', '$include', 'ä', '\r'), { maxLength: 8 })
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.map((parts) => parts.join('')).join('\n')
      const rows = text.split('\n')
      for (const one of linesIn(text, 'f').flatMap((found) => [found, ...wordsOf(found)])) {
        const { start, end } = one.at.range
        assert.equal(text.slice(start.offset, end.offset), one.text)
        assert.equal(rows[start.line - 1]?.slice(start.column - 1, end.column - 1), one.text)
        assert.doesNotMatch(one.text, /^\s|\s$/)
      }
      assert.equal(
        linesIn(text, 'f').length,
        rows.filter((row) => row.trim() !== '' && !row.trim().startsWith('#')).length,
      )
    }),
  )
})
