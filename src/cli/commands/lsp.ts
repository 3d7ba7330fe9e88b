/** `postern lsp`: the language server that editors start. */
import type { Command } from 'commander'
import { reasonOf } from '../../core/reason.ts'
import { systemClock } from '../../ports/system-clock.ts'
import { CommandError } from '../exit-code.ts'
import { versionText } from './version.ts'

const EXAMPLES = `
Speaks the Language Server Protocol on standard input and output. docs/editors.md says how editors start it.

Example:
  $ postern lsp
`

export function addLsp(program: Command): void {
  program
    .command('lsp')
    .description('Serve an editor: findings while you type, completion, documentation, renaming')
    .option('--stdio', 'standard input and output, which is all there is; editors say so')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const { serveEditor } = await import('../lsp/server.ts')
      const streams = { input: process.stdin, output: process.stdout }
      await serveEditor(streams, systemClock(), versionText()).catch((fault: unknown) => {
        throw new CommandError(reasonOf(fault))
      })
    })
}
