/** The command line. Each command is a file under `commands`; this one puts them together and turns ends into exit codes. */
import { Command, CommanderError } from 'commander'
import { addCheck } from './commands/check.ts'
import { addCompletion } from './commands/completion.ts'
import { addDocs } from './commands/docs.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplain } from './commands/explain.ts'
import { addFmt } from './commands/fmt.ts'
import { addImport } from './commands/import.ts'
import { addInit } from './commands/init.ts'
import { addList } from './commands/list.ts'
import { addLsp } from './commands/lsp.ts'
import { addMan } from './commands/man.ts'
import { addMonitor } from './commands/monitor.ts'
import { addReplay } from './commands/replay.ts'
import { addReport } from './commands/report.ts'
import { addSchema } from './commands/schema.ts'
import { addServe } from './commands/serve.ts'
import { addShell } from './commands/shell.ts'
import { addTest } from './commands/test.ts'
import { addVersion, versionText } from './commands/version.ts'
import { CommandError, EXIT } from './exit-code.ts'
import type { Shell } from './shell.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** Never throws for what a user did wrong; that becomes an exit code. */
export async function run(argv: readonly string[], terminal = openTerminal()): Promise<number> {
  let exitCode: number = EXIT.ok
  const program = build({ terminal, finish: (code) => (exitCode = code) })
  // A handler that never settles must meet its deadline, not an event loop that has nothing left to wait for.
  const alive = setInterval(() => undefined, 2 ** 30)
  try {
    await program.parseAsync(argv.map(valueGlued), { from: 'user' })
    return exitCode
  } catch (error) {
    return exitCodeOf(error, terminal)
  } finally {
    clearInterval(alive)
  }
}

/** `check --fix rules` fixes what is in `rules`: this option takes its value only with a `=`. */
function valueGlued(word: string): string {
  return word === '--fix' ? '--fix=safe' : word
}

function build(shell: Shell): Command {
  const program = new Command('postern')
    .description('Mail filtering that an admin can read, test and trust')
    .version(versionText(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.terminal.print(text.trimEnd()),
      writeErr: (text) => shell.terminal.talk(text.trimEnd()),
    })
    .showHelpAfterError('(--help shows the options)')
    .addHelpText('after', '\nExample:\n  $ postern check && postern test && postern serve\n')
  for (const add of [
    addInit,
    addServe,
    addDoctor,
    addCheck,
    addTest,
    addReport,
    addExplain,
    addReplay,
    addMonitor,
    addShell,
    addImport,
    addFmt,
    addList,
    addDocs,
    addSchema,
    addLsp,
    addCompletion,
    addMan,
    addVersion,
  ])
    add(program, shell)
  for (const command of program.commands) command.exitOverride()
  return program
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof CommandError) {
    terminal.talk(`postern: ${error.message}`)
    return error.exitCode
  }
  throw error
}
