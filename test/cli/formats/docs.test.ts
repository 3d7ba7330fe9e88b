/** docs/cli.md names every format, and everything that a line of `ndjson` can be. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FORMAT_NAMES } from '../../../src/cli/formats/index.ts'
import { REPORT_SCHEMA } from '../../../src/testing/report-shape.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8')
const [, TABLE = ''] = PAGE.split('\n| format | |\n|---|---|\n')
const ROWS = [
  ...TABLE.split('\n\n', 1)
    .join('')
    .matchAll(/^\| `([a-z]+)` \| (.+) \|$/gm),
]

describe('the table of formats', () => {
  it('has a row for each, in the order of --help', () => {
    assert.deepEqual(
      ROWS.map(([, name]) => name),
      FORMAT_NAMES,
    )
  })

  it('says of ndjson which kinds of lines there are', () => {
    const [, , text = ''] = ROWS.find(([, name]) => name === 'ndjson') ?? []
    const told = [...text.matchAll(/`([a-z]+)`/g)].map(([, kind = '']) => kind)
    // Those that are lists have a line for each thing, in the singular; three are one line together.
    const parts = Object.keys(REPORT_SCHEMA.properties).filter((key) => !['version', 'tool', 'command'].includes(key))
    const kinds = parts.map((key) => (['diagnostics', 'tests', 'excerpts'].includes(key) ? key.slice(0, -1) : key))
    assert.deepEqual(told.toSorted(), ['kind', 'run', ...kinds].toSorted())
  })
})
