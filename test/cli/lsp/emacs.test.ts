/** The language server in a real editor: Emacs, through eglot, shows a mistake, corrects it, and is offered what fits. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { seenIn } from './real-editor.ts'

const NEEDED = "(progn (package-initialize) (require 'eglot) (require 'yaml-mode))"

describe('the language server in Emacs', () => {
  const { status } = spawnSync('emacs', ['--batch', '-q', '--eval', NEEDED])
  const skip = status === 0 ? false : 'emacs with eglot and yaml-mode is not installed'
  it('shows a mistake, corrects it, and offers what is known in the hook', { skip }, (test) => {
    const args = ['--batch', '-q', '-l', join(import.meta.dirname, 'editor.el')]
    seenIn(test, { program: 'emacs', args, language: 'elisp' })
  })
})
