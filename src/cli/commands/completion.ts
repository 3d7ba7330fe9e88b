/** `postern completion`: what a shell completes, made from the table of commands. */
import { Argument, type Command } from 'commander'
import { commandTable, type CommandRow } from '../documentation/command-table.ts'
import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { Shell } from '../shell.ts'

const SHELLS: ReadonlyMap<string, (rows: readonly CommandRow[]) => string> = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
])

const EXAMPLES = `
Examples:
  $ eval "$(postern completion bash)"
  $ postern completion zsh > ~/.zfunc/_postern
  $ postern completion fish > ~/.config/fish/completions/postern.fish
`

export function addCompletion(program: Command, { terminal }: Shell): void {
  program
    .command('completion')
    .description('Print what your shell needs to complete commands and options')
    .addArgument(new Argument('<shell>', 'your shell').choices([...SHELLS.keys()]))
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => {
      const make = SHELLS.get(shell)
      if (make) terminal.print(make(commandTable(program)))
    })
}
