/** The language server in a real editor: Neovim shows a mistake, corrects it, and is offered what fits. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { folder } from '../folder.ts'

interface Told {
  readonly missed?: string
  readonly findings: readonly { readonly line: number; readonly column: number; readonly text: string }[]
  readonly actions: readonly string[]
  readonly fixed: readonly string[]
  readonly offered: readonly string[]
}

const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - rcpt_ok\n'
const HOUSE = `plugin: house
hooks:
  mail:
    - id: bulk
      match: { sender.domian: bulk.example }
      return: DENY
`
/** Half a rule. */
const TYPED = '  connect:\n    - id: more\n      match: { remote_'

const SERVER = [process.execPath, join(import.meta.dirname, '../../../src/cli/postern.js'), 'lsp', '--stdio']

describe('the language server in Neovim', () => {
  const skip = spawnSync('nvim', ['--version']).error ? 'nvim is not installed' : false
  it('shows a mistake, corrects it, and offers what is known in the hook', { skip }, (test) => {
    const { path } = folder(test, { 'postern.yaml': SITE, 'house.yaml': HOUSE })
    const env = {
      ...process.env,
      FILE: join(path, 'house.yaml'),
      TYPED,
      SERVER: JSON.stringify(SERVER),
      TOLD: join(path, 'told.json'),
      XDG_STATE_HOME: path,
      XDG_DATA_HOME: path,
      XDG_CACHE_HOME: path,
    }
    const editor = ['--headless', '--clean', '-n', '-S', join(import.meta.dirname, 'editor.lua')]
    const { status, stderr } = spawnSync('nvim', editor, { env, encoding: 'utf8', timeout: 120_000 })
    assert.equal(status, 0, stderr)
    const told = JSON.parse(readFileSync(env.TOLD, 'utf8')) as Told
    assert.equal(told.missed, undefined, stderr)
    const [first] = told.findings
    assert.deepEqual([first?.line, first?.column], [5, 16])
    assert.match(first?.text ?? '', /^unknown fact or word `sender\.domian` in a condition: did you mean/)
    assert.deepEqual(told.actions, ['write `sender.domain`'])
    assert.equal(told.fixed[4], '      match: { sender.domain: bulk.example }')
    assert.ok(told.offered.includes('remote_ip') && told.offered.includes('dnsbl'), told.offered.join(' '))
    assert.ok(!told.offered.includes('sender.domain'), 'the sender is not known at connect')
  })
})
