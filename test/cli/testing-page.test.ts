/** The examples of docs/testing.md have the shape of what they show. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder } from './folder.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/testing.md'), 'utf8')
const EXAMPLES = Array.from(PAGE.matchAll(/^```yaml\n([^]*?)^```$/gm), ([, text = '']) => text)

/** What stands around a piece of a suite, a test, or a rule. */
function whole(text: string): string {
  if (/^(# .*\n)?suite:/.test(text)) return text
  if (text.startsWith('    expect:')) return `suite: s\nplugin: ./p.yaml\ntests:\n  - name: t\n${text}`
  if (text.startsWith('  - name:')) return `suite: s\nplugin: ./p.yaml\ntests:\n${text}`
  return text.startsWith('    - id:') ? `plugin: p\nhooks:\n  rcpt:\n${text}` : ''
}

test('what docs/testing.md shows passes `postern check`', async (context) => {
  const texts = EXAMPLES.map(whole).filter((text) => text !== '')
  assert.equal(texts.length, EXAMPLES.length - 1, 'all but the snapshot')
  const files = folder(context, Object.fromEntries(texts.map((text, index) => [`e${index}.yaml`, text])))
  const { code, stdout } = await files.postern(['check'])
  assert.equal(code, 0, stdout)
})
