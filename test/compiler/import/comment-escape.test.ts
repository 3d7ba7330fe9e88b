/** Lines that are left out stand in comments, and nothing in them leads out of one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOf } from '../../../src/language/diagnostic.ts'
import { map, seq, entry } from '../../../src/compiler/import/nodes.ts'
import { printSite } from '../../../src/compiler/import/print-site.ts'

const AT = startOf('x')

for (const end of ['\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029'])
  test(`a line that is left out, with ${JSON.stringify(end)} in it, is one comment`, () => {
    const root = map([entry('plugins', seq([], AT))], AT)
    const text = printSite({ root, left: [{ before: 0, text: `gone${end}local_domains: [evil.example]` }] }, [
      `made of /etc${end}hostname: evil.example`,
    ])
    const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).filter((line) => line !== '')
    assert.deepEqual(
      lines.map((line) => line.trim().replace(/:.*/s, '').slice(0, 7)),
      ['# made ', 'plugins', '# gone '],
    )
  })
