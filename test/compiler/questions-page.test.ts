/** The rules of docs/questions.md are right. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { some } from '../support/some.ts'
import { checkExample, examplesOf } from './diagnostics-page.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/questions.md'), 'utf8')
const RULES = examplesOf(PAGE).filter(({ text }) => text.startsWith('plugin:'))

for (const [index, example] of some(RULES, 'examples').entries())
  it(`docs/questions.md, rules ${index + 1}`, async () => {
    const findings = await checkExample(example)
    assert.deepEqual(
      findings.map(({ code, message }) => `${code} ${message}`),
      [],
    )
  })
