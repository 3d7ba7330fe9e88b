/** The command line. Each command is a file under `commands`, loaded when it is wanted; this one turns ends into exit codes. */
import { Command, CommanderError } from 'commander'
import { versionText } from './commands/version.ts'
import { OTHER_EXITS } from './documentation/command-table.ts'
import { CommandError, EXIT, EXIT_MEANINGS } from './exit-code.ts'
import { ENVIRONMENT } from './environment.ts'
import type { Shell } from './shell.ts'
import { openTerminal, type Terminal } from './terminal.ts'
import { usageError } from './usage-errors.ts'

export { isHeldOpen } from './held-open.ts'

type Addition = (program: Command, shell: Shell) => void

/** In the order of the help. */
const COMMANDS = new Map<string, () => Promise<Addition>>(
  Object.entries({
    init: async () => (await import('./commands/init.ts')).addInit,
    serve: async () => (await import('./commands/serve.ts')).addServe,
    doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
    check: async () => (await import('./commands/check.ts')).addCheck,
    test: async () => (await import('./commands/test.ts')).addTest,
    report: async () => (await import('./commands/report.ts')).addReport,
    show: async () => (await import('./commands/show.ts')).addShow,
    explain: async () => (await import('./commands/explain.ts')).addExplain,
    diff: async () => (await import('./commands/diff.ts')).addDiff,
    replay: async () => (await import('./commands/replay.ts')).addReplay,
    monitor: async () => (await import('./commands/monitor.ts')).addMonitor,
    bench: async () => (await import('./commands/bench.ts')).addBench,
    shell: async () => (await import('./commands/shell.ts')).addShell,
    import: async () => (await import('./commands/import.ts')).addImport,
    fmt: async () => (await import('./commands/fmt.ts')).addFmt,
    list: async () => (await import('./commands/list.ts')).addList,
    docs: async () => (await import('./commands/docs.ts')).addDocs,
    schema: async () => (await import('./commands/schema.ts')).addSchema,
    lsp: async () => (await import('./commands/lsp.ts')).addLsp,
    completion: async () => (await import('./commands/completion.ts')).addCompletion,
    man: async () => (await import('./commands/man.ts')).addMan,
    version: async () => (await import('./commands/version.ts')).addVersion,
  }),
)

/** What runs is loaded and nothing else; help, completions and manual pages are about all commands. */
async function additionsFor([name = '']: readonly string[]): Promise<readonly Addition[]> {
  const isAboutAll = ['completion', 'man'].includes(name)
  const wanted = isAboutAll ? undefined : COMMANDS.get(name)
  return Promise.all((wanted ? [wanted] : [...COMMANDS.values()]).map((load) => load()))
}

/** Never throws for what a user did wrong; that becomes an exit code. */
export async function run(argv: readonly string[], terminal = openTerminal()): Promise<number> {
  let exitCode: number = EXIT.ok
  const program = await build(argv, { terminal, finish: (code) => (exitCode = code) })
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

async function build(argv: readonly string[], shell: Shell): Promise<Command> {
  const program = new Command('postern')
    .description('Mail filtering that an admin can read, test and trust')
    .version(versionText(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.terminal.print(text.trimEnd()),
      writeErr: (text) => shell.terminal.talk(text.trimEnd()),
    })
    .addHelpText('after', END_OF_HELP)
  tellOfErrors(program, '`postern --help` shows the commands')
  for (const add of await additionsFor(argv)) add(program, shell)
  for (const command of program.commands) {
    tellOfErrors(command.exitOverride(), `\`postern ${command.name()} --help\` shows what it takes`)
    command.addHelpText('after', OTHER_EXITS)
  }
  return program
}

function tellOfErrors(command: Command, where: string): void {
  const usage = `${command.parent ? `${command.name()} ` : ''}${command.usage()}`
  command
    .configureOutput({ outputError: (message, write) => write(usageError(message, usage)) })
    .showHelpAfterError(`(${where})`)
}

/** Here, and not in each command. */
const END_OF_HELP = `
\`postern COMMAND --help\` says more, with examples; \`postern docs NAME\` shows what builtins, facts, hooks and findings are.

Exits with
${[...EXIT_MEANINGS].map(([code, means]) => `${String(code).padStart(5)}  ${means}`).join('\n')}

Environment
${[...ENVIRONMENT].map(([name, means]) => `  ${name.padEnd(28)}${means}`).join('\n')}

Examples:
  $ postern init mail --hostname mx.example.org --domain example.org
  $ postern check && postern test && postern serve
  $ postern explain --ip 192.0.2.7 --from a@b.example --rcpt ann@example.org
`

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof CommandError) {
    terminal.talk(`postern: ${error.message}`)
    return error.exitCode
  }
  throw error
}
