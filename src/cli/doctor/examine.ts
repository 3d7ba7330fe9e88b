/**
 * Everything the doctor looks at, in an order that a start has too: ports as we are, files as whom we become.
 *
 * Unlike `check` it touches the world: it listens for a moment, asks DNS, and gives up root when the site says so.
 */
import { resolve } from 'node:path'
import { loadSettings } from '../../compiler/load-site.ts'
import { reasonOf } from '../../core/reason.ts'
import { Report } from '../../language/diagnostic.ts'
import { openResolver } from '../../ports/dns/dns-resolver.ts'
import { SharedLinks } from '../../ports/shared-links.ts'
import type { SourceWorld } from '../../ports/sources/driver.ts'
import { systemClock } from '../../ports/system-clock.ts'
import { become, isRoot } from '../../server/life/privileges.ts'
import { CommandError } from '../exit-code.ts'
import { mustBeSiteFile } from '../must-be-site.ts'
import { workersOf } from '../serve/workers.ts'
import { compileEnvironment } from '../wiring.ts'
import { error, type Finding, ok, warning } from './finding.ts'
import { lookAtServers, lookAtZone } from './look-at-dns.ts'
import { lookAtDirectory, lookAtOutput, lookAtRules, lookAtSecret } from './look-at-files.ts'
import { lookAtLog } from './look-at-log.ts'
import { lookAtMeans } from './look-at-means.ts'
import { lookAtHealth, lookAtListener } from './look-at-ports.ts'
import { lookAtDescriptors, lookAtUser } from './look-at-process.ts'
import { lookAtQuestion } from './look-at-questions.ts'
import { lookAtPolicies, lookAtSource, lookAtStore } from './look-at-sources.ts'
import { lookAtTls } from './look-at-tls.ts'
import { type SiteUses, usesOf } from './site-uses.ts'

/** Throws a CommandError when the site file cannot be read. */
export async function examine(given: string): Promise<readonly Finding[]> {
  await mustBeSiteFile(given)
  const path = resolve(given)
  const settings = await loadSettings(path, compileEnvironment(new Report()))
  if (!settings) throw new CommandError(`${given} cannot be read; \`postern check ${given}\` says why`)
  const { listeners } = settings
  const { life } = settings.settings
  const { finding, account } = lookAtUser(life, listeners)
  const ports = await Promise.all([
    ...listeners.map(lookAtListener),
    ...(life.health ? [lookAtHealth(life.health)] : []),
  ])
  if (account && isRoot(process)) {
    try {
      become(account, process)
    } catch (fault) {
      return [error('user', reasonOf(fault)), ...ports]
    }
  }
  return [finding, ...ports, ...(await examineSite(path))]
}

async function examineSite(path: string): Promise<readonly Finding[]> {
  const clock = systemClock()
  const uses = await usesOf(path, clock).catch((fault: unknown) => {
    throw new CommandError(reasonOf(fault))
  })
  const { site, settings } = uses.loaded
  const rules =
    uses.errors > 0
      ? error('rules', `${uses.errors} errors`, `\`postern check ${path}\` shows them`)
      : ok('rules', `${uses.loaded.plugins.length} plugins, revision ${site?.program.revision ?? ''}`)
  const warnings = uses.warnings.map((text) => warning('rules', text))
  if (!site) return [rules, ...warnings]
  const resolver = openResolver({ servers: settings.dns.servers, timeout: settings.dns.timeout, attempts: 2 }, clock)
  return [
    rules,
    ...warnings,
    ...[...(site.services ?? [])].flatMap(([name, service]) => lookAtTls(name, service, clock.now())),
    ...(await lookAtFilesOf(uses)),
    ...(await Promise.all(uses.means.map((one) => lookAtMeans(one, clock)))),
    lookAtDescriptors(site.limits, workersOf(settings)),
    ...(await lookAtServers(settings.dns, site.hostname)),
    ...(await Promise.all(uses.zones.map((zone) => lookAtZone(zone, resolver)))),
    ...(await lookOutside(uses, { clock, resolver, links: new SharedLinks(), ...WORLD })),
  ]
}

const WORLD = { chance: Math.random, log: { write: () => undefined }, env: (name: string) => process.env[name] }

/** The memory of a process needs no doctor. */
async function lookOutside({ loaded: { site, settings } }: SiteUses, world: SourceWorld): Promise<readonly Finding[]> {
  const sources = site?.program.sources ?? []
  const { policies } = site ?? {}
  const stores = settings.store.url === 'memory:' ? [] : [settings.store]
  return Promise.all([
    ...sources.map((source) => lookAtSource(source, world)),
    ...(site?.program.questions ?? []).map((question) => lookAtQuestion(question, world)),
    ...(policies?.source ? [lookAtPolicies(policies.source, policies, world)] : []),
    ...stores.map((store) => lookAtStore(store, world)),
  ])
}

async function lookAtFilesOf({ loaded: { settings }, files, maildirs }: SiteUses): Promise<readonly Finding[]> {
  const { log, life } = settings
  const { decisions } = life
  return [
    ...(await lookAtRules(files)),
    ...(await Promise.all(log.map(lookAtLog))).flat(),
    ...(await Promise.all([
      ...maildirs.map((path) => lookAtDirectory('maildir', path)),
      ...(decisions ? [lookAtOutput('decision log', decisions.file)] : []),
      ...(decisions?.key === undefined ? [] : [lookAtSecret('key of the decision log', decisions.key)]),
    ])),
  ]
}
