/** docs/policies.md tells the truth: its site, plugin and policy load together. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import { checkFiles } from '../../src/cli/check/check-files.ts'
import { policyPath } from '../../src/ports/policies/policy-path.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { examplesOf } from './diagnostics-page.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/policies.md'), 'utf8')

it('its examples are a site', async (test) => {
  const root = temporaryDirectory(test)
  const [site = '', policy = '', plugin = ''] = examplesOf(PAGE).map(({ text }) => text)
  const files = {
    'postern.yaml': `hostname: mx.example.org\nlocal_domains: [example.org]\n${site}`,
    'rules/wishes.yaml': plugin,
    'policies/example.org/alice.yaml': policy,
    'policies/standard.yaml': 'settings: { newsletters: true, language: en }\n',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  const { diagnostics } = await checkFiles([join(root, 'postern.yaml')], () => undefined)
  assert.deepEqual(
    diagnostics.map(({ file, code, message }) => `${file} ${code} ${message}`),
    [],
  )
})

it('the digest is the one of sha256sum', () => {
  const key = "o'neil@example.org"
  assert.ok(PAGE.includes(`printf %s "${key}" | sha256sum`))
  assert.equal(policyPath(key), `example.org/~${createHash('sha256').update(key).digest('hex')}.yaml`)
})
