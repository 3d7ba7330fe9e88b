/** `postern import`: a site from another program's configuration, and a report of what could not be carried over. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import { PROGRAMS, type ProgramName } from '../../compiler/import/index.ts'
import { keysOf } from '../../core/table.ts'
import { CommandError } from '../exit-code.ts'
import { reportOf } from '../formats/assemble.ts'
import { addJudgeFlags, formatsHelp, type JudgeFlags } from '../formats/flags.ts'
import { publish } from '../formats/publish.ts'
import { importSite, writeSite } from '../import-site.ts'
import type { Shell } from '../shell.ts'

interface Options extends JudgeFlags {
  readonly to?: string
  readonly force?: boolean
  readonly follow?: readonly string[]
}

const NAMES = keysOf(PROGRAMS)
const ROWS = NAMES.map((name) => `  ${name.padEnd(12)}${PROGRAMS[name].summary}`)
const EXAMPLES = `
Programs:
${ROWS.join('\n')}

Examples:
  $ postern import qpsmtpd /etc/qpsmtpd
  $ postern import qpsmtpd /etc/qpsmtpd --to /etc/postern
  $ postern import postfix /etc/postfix -f compact
  $ postern import haraka /etc/haraka --to /etc/postern

Exits with 1 when something could not be carried over that keeps mail out.
`

export function addImport(program: Command, shell: Shell): void {
  const command = program
    .command('import')
    .description("Make a site of another program's configuration, and say what could not be carried over")
    .addArgument(new Argument('<program>', 'whose configuration it is').choices(NAMES))
    .argument('<directory>', 'where it lies')
    .option('--to <directory>', 'write the site there: postern.yaml, and the lists that had to change')
    .option('--force', 'also over a site that is there')
    .option('--follow <directory...>', 'read files there too that the configuration names, or its links lead to')
  addJudgeFlags(command)
    .addHelpText('after', `${formatsHelp('import')}${EXAMPLES}`)
    .action((name: ProgramName, directory: string, options: Options) => runImport(name, directory, options, shell))
}

async function runImport(name: ProgramName, directory: string, options: Options, shell: Shell): Promise<void> {
  const { format: outputs = [], maxDiagnostics: limit, to, force = false, follow = [] } = options
  const { failOn, exitZero = false, allowEmpty = false } = options
  await publish({ command: 'import', outputs, limit }, shell, async () => {
    const { site, ...found } = await importSite(
      name,
      resolve(directory),
      follow.map((one) => resolve(one)),
    )
    if (!site) throw await nothingThere(name, directory)
    if (to === undefined) shell.terminal.talk('nothing is written without `--to DIRECTORY`')
    else shell.terminal.talk(`wrote ${await writeSite(site, { to, force, from: `${name} ${directory}` })}`)
    return reportOf(
      { command: 'import', ...found, nothing: undefined },
      { failOn, exitZero, allowEmpty, failUnder: undefined },
    )
  })
}

async function nothingThere(name: ProgramName, directory: string): Promise<CommandError> {
  const isThere = await stat(directory).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (!isThere) return new CommandError(`there is no directory ${directory}`)
  return new CommandError(`${directory} has no configuration of ${name}: there is no ${PROGRAMS[name].site} in it`)
}
