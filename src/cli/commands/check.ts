/** `postern check`: is everything that these files say valid? Reads files, and nothing else. */
import type { Command } from 'commander'
import { checkFiles } from '../check-files.ts'
import { findYaml } from '../find-files.ts'
import { reportOf } from '../formats/assemble.ts'
import { addJudgeFlags, formatsHelp, type JudgeFlags } from '../formats/flags.ts'
import { publish } from '../formats/publish.ts'
import type { Shell } from '../shell.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'

const EXAMPLES = `
Examples:
  $ postern check
  $ postern check postern.yaml -f compact
  $ postern check --qpsmtpd /etc/qpsmtpd
  $ postern check -f github -f sarif=postern.sarif -f json=check.json

Exits with 1 when there is an error, 4 when there is nothing to check.
`

export function addCheck(program: Command, shell: Shell): void {
  const command = program
    .command('check')
    .description('Check sites, plugins, rulesets, lists and tests for mistakes, without touching the network')
    .argument('[path...]', 'files or directories', ['.'])
  addJudgeFlags(addSiteFlags(command))
    .addHelpText('after', `${formatsHelp('check')}${EXAMPLES}`)
    .action(async (paths: string[], flags: JudgeFlags & SiteFlags) => {
      const { format: outputs = [], maxDiagnostics: limit } = flags
      await publish({ command: 'check', outputs, limit }, shell, async () => {
        const files = await findYaml(pathsToCheck(paths, flags, command.args.length))
        const checked = await checkFiles(files, (path) => shell.terminal.progress(`checking ${path}`))
        const nothing = checked.files === 0 ? 'nothing to check: no site, plugin, ruleset or suite here' : undefined
        return reportOf({ command: 'check', ...checked, nothing }, judgingOf(flags))
      })
    })
}

/** The directory we are in is checked when nothing else is named. */
function pathsToCheck(paths: readonly string[], flags: SiteFlags, named: number): readonly string[] {
  const site = siteGiven(flags)
  return site === undefined ? paths : [site, ...(named > 0 ? paths : [])]
}

function judgingOf({ failOn, exitZero = false, allowEmpty = false }: JudgeFlags): Parameters<typeof reportOf>[1] {
  return { failOn, exitZero, allowEmpty, failUnder: undefined }
}
