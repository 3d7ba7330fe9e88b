/** List files in qpsmtpd's form. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { listEntries, type RawEntry } from '../../src/language/files/list-file.ts'

type Row = readonly [text: string, rest: string, line: number, column: number]

function parsed(text: string, file: string): readonly RawEntry[] {
  return [...listEntries(text, file)]
}

function rows(text: string): readonly Row[] {
  return parsed(text, 'lists/x').map((entry) => [entry.text, entry.rest, entry.line, entry.column])
}

describe('list files', () => {
  const cases: Readonly<Record<string, readonly Row[]>> = {
    '': [],
    'a\nb': [
      ['a', '', 1, 1],
      ['b', '', 2, 1],
    ],
    '@bad.example\tsends spam, often \n': [['@bad.example', 'sends spam, often', 1, 1]],
    '# comment\n  # indented\n\n \t\n  a  b  # c\n': [['a', 'b  # c', 5, 3]],
    'a#b\n': [['a#b', '', 1, 1]],
    'a x\r\nb\r\n\r\n# c\r\nd\r\n': [
      ['a', 'x', 1, 1],
      ['b', '', 2, 1],
      ['d', '', 5, 1],
    ],
    '\ufeffa\n': [['a', '', 1, 2]],
    '!1.2.3.0/8\n': [['!1.2.3.0/8', '', 1, 1]],
  }
  for (const [text, wanted] of Object.entries(cases))
    it(JSON.stringify(text), () => assert.deepEqual(rows(text), wanted))

  it('name the place of an entry', () => assert.equal(parsed('\n\na', 'lists/x')[0]?.at, 'lists/x:3'))

  it('agree with a reader that splits', () => {
    const piece = fc.constantFrom('a', 'é', '#', ' ', '\t', '\n', '\r\n', '\r', '.', '@', '  b', '# c')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        assert.deepEqual(rows(text), naive(text))
      }),
    )
  })

  it('of a million lines are read', () => {
    const text = Array.from({ length: 1_000_000 }, (_, number) => `user${number}@example.org bulk`).join('\n')
    const entries = parsed(text, 'lists/x')
    assert.equal(entries.length, 1_000_000)
    assert.deepEqual(entries.at(-1)?.text, 'user999999@example.org')
  })
})

function naive(text: string): readonly Row[] {
  return text.split('\n').flatMap((line, index): readonly Row[] => {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const [, entry = '', rest = ''] = /^(\S+)([^]*)$/.exec(trimmed) ?? []
    return [[entry, rest.trim(), index + 1, line.indexOf(trimmed) + 1]]
  })
}
