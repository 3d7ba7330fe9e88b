/** `postern diff`: what do these rules decide differently, before anybody meets them? */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Policy } from '../../core/policy.ts'
import type { Site } from '../../core/site.ts'
import { policyKey } from '../../ports/policies/policy-path.ts'
import { changesBetween, isProvedSame } from '../../testing/diff/changes.ts'
import { type DiffFound, type DiffSide, diffSites } from '../../testing/diff/diff-sites.ts'
import { type Inventory, inventoryOf } from '../../testing/diff/inventory.ts'
import { listChanges } from '../../testing/diff/list-changes.ts'
import { policyChanges, type PolicyTexts, sessionsAbout } from '../../testing/diff/policy-changes.ts'
import { DIFF_GATES, type DiffGate, type DiffReport, reportOf } from '../../testing/diff/report.ts'
import { settingChanges } from '../../testing/diff/setting-changes.ts'
import { type Traffic, TrafficTally } from '../../testing/diff/traffic.ts'
import { Envelopes, isReplayable } from '../../testing/replay.ts'
import { type BaseSite, openBase } from '../base-site.ts'
import { comparableSettings } from '../comparable-settings.ts'
import { EXIT } from '../exit-code.ts'
import { renderDiff, renderDiffMarkdown } from '../for-people/diff.ts'
import { judgeSafely, judgesOf } from '../sessions/judges.ts'
import { type OpenSite, openSite } from '../open-site.ts'
import { readLog } from '../sessions/read-log.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'
import { compileEnvironment } from '../wiring.ts'

interface Options {
  readonly site: string
  readonly traffic?: readonly string[]
  readonly gate?: readonly DiffGate[]
  readonly format: 'pretty' | 'json' | 'markdown'
}

const EXAMPLES = `
Each of the two is a site file, a directory, or a revision of git; without the second it is the site here. For each difference
there is a session that both were asked about. "No difference found" is no proof, unless rules, lists and parameters are equal.

Examples:
  $ postern diff origin/main
  $ postern diff origin/main --gate no-new-accept -f markdown
  $ postern diff before after --traffic decisions.ndjson

Exits with 1 when a gate is not met.
`

export function addDiff(program: Command, { terminal, finish }: Shell): void {
  program
    .command('diff')
    .description('Say what two sites decide differently, with a session for each difference')
    .argument('<before>', 'a site file, a directory, or a revision of git')
    .argument('[after]', 'the same; the site here without it')
    .option('-s, --site <file>', 'the site file', 'postern.yaml')
    .option('--traffic <log...>', 'decision logs: how many recorded decisions each difference touches')
    .addOption(new Option('--gate <name...>', 'exit with 1 when it is not met').choices(DIFF_GATES))
    .addOption(
      new Option('-f, --format <name>', 'how to report').choices(['pretty', 'json', 'markdown']).default('pretty'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (before: string, after: string | undefined, options: Options) => {
      const report = await diff(before, after, options, terminal)
      terminal.print(RENDERERS[options.format](report, terminal))
      finish(report.gates.every(({ passed }) => passed) ? EXIT.ok : EXIT.findings)
    })
}

const RENDERERS: Readonly<Record<Options['format'], (report: DiffReport, terminal: Terminal) => string>> = {
  pretty: renderDiff,
  markdown: renderDiffMarkdown,
  json: (report) => JSON.stringify(report, null, 2),
}

async function diff(
  before: string,
  after: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<DiffReport> {
  const opened: BaseSite[] = []
  try {
    opened.push(await openBase(before, options.site))
    if (after !== undefined) opened.push(await openBase(after, options.site))
    const [one, other] = [opened[0]?.path ?? before, opened[1]?.path ?? options.site]
    return await diffOpened([await sideAt(one, terminal), await sideAt(other, terminal)], options, terminal)
  } finally {
    for (const base of opened) await base.close()
  }
}

interface Side extends DiffSide {
  readonly inventory: Inventory
  readonly policies: PolicyTexts
  readonly settings: object
}

async function sideAt(path: string, terminal: Terminal): Promise<Side> {
  const { site, outline, settings, ...rest } = await openSite(path, terminal)
  if (!outline) throw new Error('a site that loads has plugins')
  const inventory = inventoryOf({ outline, site, files: await digestsOf({ site, outline, settings, ...rest }) })
  return {
    inventory,
    outline,
    program: site.program,
    judges: judgesOf(site, { trace: true }),
    policies: await policiesOf(site),
    settings: comparableSettings({ site, settings, directory: dirname(resolve(path)) }),
  }
}

async function diffOpened(
  [before, after]: readonly [Side, Side],
  { traffic: logs, gate: gates = [] }: Options,
  terminal: Terminal,
): Promise<DiffReport> {
  const changes = changesBetween(before.inventory, after.inventory)
  const policies = policyChanges(before.policies, after.policies)
  const found = isProvedSame(changes) ? NOTHING : await diffSites([before, after], changes, sessionsAbout(policies))
  const traffic = logs && (await weigh(logs, [before, after], found, terminal))
  return reportOf(changes, found, {
    gates,
    traffic,
    lists: listChanges(before.inventory, after.inventory),
    policies,
    settings: settingChanges(before.settings, after.settings),
  })
}

const NOTHING: DiffFound = { groups: [], tried: 0, isWhole: true, unsaid: [], elsewhere: [] }

async function weigh(
  logs: readonly string[],
  [before, after]: readonly [DiffSide, DiffSide],
  { groups }: DiffFound,
  terminal: Terminal,
): Promise<Traffic> {
  const [tally, envelopes] = [new TrafficTally(groups), new Envelopes()]
  for await (const one of readLog(logs)) {
    const record = envelopes.complete(one)
    if (!isReplayable(record.hook)) continue
    tally.add(record, await judgeSafely(record, before.judges), await judgeSafely(record, after.judges))
    if (tally.decisions % 10_000 === 0) terminal.progress(`${tally.decisions} decisions`)
  }
  return tally.report()
}

/** Those in files; undefined for one that does not load. */
async function policiesOf({ policies: plan, limits }: Site): Promise<PolicyTexts> {
  const found = new Map<string, Policy | undefined>()
  if (plan?.directory === undefined) return found
  const { allPolicies } = compileEnvironment()
  for await (const { path, text, isLookedFor } of allPolicies(plan.directory, limits.policy_size)) {
    const key = policyKey(relative(plan.directory, path))
    const read = isLookedFor && key !== undefined && text !== undefined ? plan.read(text, key) : undefined
    if (read && key !== undefined) found.set(key, read.ok ? read.policy : undefined)
  }
  return found
}

/** Policies of recipients, and plugins in TypeScript. */
async function digestsOf({ site, outline }: OpenSite): Promise<ReadonlyMap<string, string>> {
  const code = (outline?.plugins ?? []).filter(({ file }) => !file)
  const { directory } = site.policies ?? {}
  return new Map([
    ...(await Promise.all(
      code.map(async ({ name, path }) => [`plugin ${name}`, digest(await readFile(path))] as const),
    )),
    ...(directory === undefined ? [] : [['files of policies', await digestOfAll(directory)] as const]),
  ])
}

async function digestOfAll(directory: string): Promise<string> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = files.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const digests = paths.toSorted().map(async (path) => [path.slice(directory.length), digest(await readFile(path))])
  return digest(JSON.stringify(await Promise.all(digests)))
}

function digest(octets: Buffer | string): string {
  return createHash('sha256').update(octets).digest('hex')
}
