/** The language server in a real editor: Neovim shows a mistake, corrects it, and is offered what fits. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { seenIn } from './real-editor.ts'

describe('the language server in Neovim', () => {
  const skip = spawnSync('nvim', ['--version']).error ? 'nvim is not installed' : false
  it('shows a mistake, corrects it, and offers what is known in the hook', { skip }, (test) => {
    const args = ['--headless', '--clean', '-n', '-S', join(import.meta.dirname, 'editor.lua')]
    const offered = seenIn(test, { program: 'nvim', args, language: 'lua' })
    assert.ok(offered.includes('dnsbl'), offered.join(' '))
  })
})
