/** docs/session.md and docs/testing.md name every key that a session and an expectation may have. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { EXPECT_SCHEMA, SESSION_SCHEMA } from '../../src/language/files/session-schema.ts'

for (const [page, schema] of [
  ['session.md', SESSION_SCHEMA],
  ['testing.md', EXPECT_SCHEMA],
] as const)
  it(`docs/${page} has every key`, () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8')
    const missing = Object.keys(schema.properties).filter(
      (key) => !new RegExp(`\`${key}\`|^ *${key}: `, 'm').test(text),
    )
    assert.deepEqual(missing, [])
  })
