/** The examples of docs/tls.md are right. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { authority } from '../support/certificates.ts'
import { some } from '../support/some.ts'
import { checkExample, examplesOf } from './diagnostics-page.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/tls.md'), 'utf8')
const NET = authority('Page').issue({ subject: 'mx.example.net' })

const EXAMPLES = examplesOf(PAGE).filter(({ kind }) => kind.startsWith('yaml'))

for (const [index, example] of some(EXAMPLES, 'examples').entries())
  it(`docs/tls.md, example ${index + 1}`, async () => {
    const findings = await checkExample(example, { 'tls/net.pem': NET.cert, 'tls/net.key': NET.key })
    assert.deepEqual(
      findings.map(({ code, message }) => `${code} ${message}`),
      [],
    )
  })
