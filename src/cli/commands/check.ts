/** `postern check`: is everything that these files say valid? Reads files, and nothing else; with `--fix` it corrects them. */
import { Argument, type Command, Option } from 'commander'
import type { Diagnostic, Safety } from '../../language/diagnostic.ts'
import type { SavedReport } from '../../testing/report-shape.ts'
import type { Checked, Circumstances } from '../check/check-files.ts'
import { codePrefix, isSelected } from '../check/code-selection.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { findYaml, shown, someDirectory } from '../find-files.ts'
import type { Fixed } from '../check/fix-files.ts'
import type { Judging } from '../formats/assemble.ts'
import { addJudgeFlags, formatsHelp, type JudgeFlags, oneMore } from '../formats/flags.ts'
import { count } from '../counts.ts'
import { filesWritten } from '../formats/outputs.ts'
import { publish } from '../formats/publish.ts'
import { savedOrMade, type Witness } from '../saved-checks/index.ts'
import type { Shell } from '../shell.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'
import type { Terminal } from '../terminal.ts'

const EXAMPLES = `
Examples:
  $ postern check
  $ postern check postern.yaml -f compact
  $ postern check --fix --diff
  $ postern check --select FLW --ignore FLW505
  $ postern check --changed-since origin/main
  $ postern check --qpsmtpd /etc/qpsmtpd
  $ postern check -f github -f sarif=postern.sarif -f json=check.json

Exits with 1 when there is a finding as bad as --fail-on says, 4 when there is nothing to check; with --diff, 1 when
something would change.
`

const NOTHING =
  'nothing to check: no site, plugin, ruleset or suite here; a site has `plugins:`, a plugin begins with `plugin: NAME`'

type Level = 'safe' | 'all'

interface Flags extends JudgeFlags, SiteFlags {
  readonly select?: readonly string[]
  readonly ignore?: readonly string[]
  readonly fix?: Level
  readonly diff?: boolean
  readonly changedSince?: string
  readonly watch?: boolean
  readonly cache: boolean
}

const SAFETIES: Readonly<Record<Level, readonly Safety[]>> = { safe: ['safe'], all: ['safe', 'unsafe'] }

export function addCheck(program: Command, shell: Shell): void {
  const command = program
    .command('check')
    .description('Check sites, plugins, rulesets, lists and tests for mistakes, without touching the network')
    .addArgument(new Argument('[path...]', 'files or directories').default(['.'], 'all below here'))
    .option(
      '--select <code>',
      'only findings of this code, or of all that begin so; may be given several times',
      oneCode,
    )
    .option('--ignore <code>', 'no findings of this code, or of all that begin so; may be given several times', oneCode)
    .addOption(new Option('--fix [how]', 'correct what can be corrected: --fix, or --fix=all').choices(['safe', 'all']))
    .option('--diff', 'change nothing, show what --fix would change')
    .addOption(
      new Option('--changed-since <revision>', 'only findings that were not there at that revision of git').conflicts([
        'fix',
        'diff',
      ]),
    )
    .addOption(new Option('--watch', 'check again whenever a file changes, until ^C').conflicts(['fix', 'diff']))
    .option('--no-cache', 'look at everything again, and keep nothing')
  addJudgeFlags(addSiteFlags(command))
    .addHelpText('after', `${formatsHelp('check')}${EXAMPLES}`)
    .action((paths: string[], flags: Flags) =>
      checkAs(flags)(pathsToCheck(paths, flags, command.args.length), flags, shell),
    )
}

function checkAs({ diff, watch }: Flags): typeof check {
  if (diff) return showDiff
  return watch ? checkAgainAndAgain : check
}

function oneCode(text: string, others: readonly string[] = []): readonly string[] {
  return oneMore(codePrefix(text), others)
}

async function check(paths: readonly string[], flags: Flags, shell: Shell): Promise<void> {
  const { format: outputs = [], maxDiagnostics: limit } = flags
  await publish({ command: 'check', outputs, limit }, shell, async () => {
    const files = await findYaml(paths)
    if (flags.fix !== undefined) await write(await fixesOf(files, flags.fix, flags, shell.terminal), shell.terminal)
    const isWhole = await someDirectory(paths)
    const make = (witness?: Witness) => reportNow({ paths, files, flags }, shell.terminal, { witness, isWhole })
    const asked = { files, flags: { ...changing(flags), isWhole } }
    const isKept = flags.cache && flags.fix === undefined && flags.changedSince === undefined
    return isKept ? savedOrMade(asked, make) : make()
  })
}

async function checkAgainAndAgain(paths: readonly string[], flags: Flags, shell: Shell): Promise<void> {
  const { watching } = await import('../watch.ts')
  const { format = [] } = flags
  const what = { paths, written: filesWritten(format), terminal: shell.terminal }
  shell.finish(await watching(what, () => check(paths, flags, shell)))
}

/** The flags that the report depends on. */
function changing({ select, ignore, failOn, exitZero, allowEmpty }: Flags): object {
  return { select, ignore, failOn, exitZero, allowEmpty }
}

interface Asked {
  /** As they were given. */
  readonly paths: readonly string[]
  readonly files: readonly string[]
  readonly flags: Flags
}

async function reportNow(
  { paths, files, flags }: Asked,
  terminal: Terminal,
  circumstances: Circumstances,
): Promise<SavedReport> {
  const all = await checkNow(files, terminal, circumstances)
  const checked = selected(await onlyNew(all, flags, paths, terminal), flags)
  const { reportOf } = await import('../formats/assemble.ts')
  const nothing = checked.files === 0 ? NOTHING : undefined
  return reportOf({ command: 'check', ...checked, nothing }, judgingOf(flags))
}

async function onlyNew(
  all: Checked,
  { changedSince: revision }: Flags,
  paths: readonly string[],
  terminal: Terminal,
): Promise<Checked> {
  if (revision === undefined) return all
  const { withoutEarlier } = await import('../check/earlier-findings.ts')
  const left = await withoutEarlier(all, revision, paths)
  const old = all.diagnostics.length - left.diagnostics.length
  if (old > 0) terminal.talk(`${count(old, 'finding')} of ${revision} left out`)
  return left
}

async function checkNow(files: readonly string[], terminal: Terminal, circumstances: Circumstances): Promise<Checked> {
  const { boundYoungGeneration } = await import('../young-generation.ts')
  boundYoungGeneration()
  const { checkFiles } = await import('../check/check-files.ts')
  return checkFiles(files, (path) => terminal.progress(`checking ${path}`), circumstances)
}

function selected(checked: Checked, flags: Flags): Checked {
  return {
    ...checked,
    diagnostics: checked.diagnostics.filter(({ code }) => isSelected(code, flags)),
    allowed: checked.allowed.filter(({ diagnostic }) => isSelected(diagnostic.code, flags)),
  }
}

async function fixesOf(files: readonly string[], level: Level, flags: Flags, terminal: Terminal): Promise<Fixed> {
  const { fixFiles } = await import('../check/fix-files.ts')
  return fixFiles({
    safeties: SAFETIES[level],
    paths: files,
    isWanted: ({ code }: Diagnostic) => isSelected(code, flags),
    check: (changed) => checkNow(files, terminal, { changed }),
  })
}

async function write({ files, done }: Fixed, terminal: Terminal): Promise<void> {
  const { replaceFile } = await import('../replace-file.ts')
  for (const [path, { after }] of files) await replaceFile(path, after)
  for (const line of done) terminal.talk(`fixed ${line}`)
}

/** Standard output has what `patch` reads, and nothing else. */
async function showDiff(paths: readonly string[], flags: Flags, { terminal, finish }: Shell): Promise<void> {
  if (flags.format) throw new CommandError('--diff shows what would change, and no report: leave out -f', EXIT.usage)
  const { files, done } = await fixesOf(await findYaml(paths), flags.fix ?? 'safe', flags, terminal)
  const { lineDiff } = await import('../for-people/line-diff.ts')
  for (const [path, { before, after }] of files) terminal.print(lineDiff(shown(path), before, after))
  terminal.talk(`${count(done.length, 'correction')} in ${count(files.size, 'file')}`)
  finish(files.size > 0 ? EXIT.findings : EXIT.ok)
}

/** The directory we are in is checked when nothing else is named. */
function pathsToCheck(paths: readonly string[], flags: SiteFlags, named: number): readonly string[] {
  const site = siteGiven(flags)
  return site === undefined ? paths : [site, ...(named > 0 ? paths : [])]
}

function judgingOf({ failOn, exitZero = false, allowEmpty = false }: JudgeFlags): Judging {
  return { failOn, exitZero, allowEmpty, failUnder: undefined }
}
