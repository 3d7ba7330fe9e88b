/** Loads a site file: settings for the server, and its plugins compiled. */
import { dirname, resolve } from 'node:path'
import { canonicalDomain } from '../core/mail/domain.ts'
import { defaultLimits, type Limits } from '../core/limits.ts'
import type { PolicyPlan } from '../core/policy.ts'
import type { FromSchema } from '../core/schema.ts'
import type { Service } from '../core/service.ts'
import type { Listener, Site, StorePlace } from '../core/site.ts'
import type { Report } from '../language/diagnostic.ts'
import { itemsOf, type MapNode, textOf, valueOf, type YamlNode } from '../language/node.ts'
import { checkSchema, toOptions } from '../language/schema/check.ts'
import { readEntries, SITE_SCHEMA } from '../language/files/site-file.ts'
import type { Outline } from './analysis/outline.ts'
import { type CompiledPlugin, type CompileEnvironment, compileSite, type SiteSpec } from './compile-site.ts'
import { readRoot, type SiteRoot } from './import/index.ts'
import { type LifeSettings, lifeSettings } from './settings/life-settings.ts'
import { checkListeners, listenersOf } from './settings/listeners.ts'
import { type LogDestination, logSettings, type PlaceOptions } from './settings/log-settings.ts'
import { settleAuth } from './settings/offers.ts'
import { policyPlan, recipientSpec } from './policies/policy-plan.ts'
import type { PolicyRules } from './policies/read-policy.ts'
import { checkNeverAsked } from './settings/positions.ts'
import type { LoadEnvironment } from './load-environment.ts'
import { readText } from './read-file.ts'
import { readServices } from './settings/services.ts'

export interface LoadedSite {
  /** As written; undefined where nothing was read at all. */
  readonly root?: MapNode
  /** Undefined when something is wrong; the report says what. */
  readonly site: Site | undefined
  readonly settings: SiteSettings
  readonly plugins: readonly CompiledPlugin[]
  /** For who reads policies one by one; undefined where nothing was read at all. */
  readonly policies?: PolicyRules
  readonly plan?: PolicyPlan
  /** For the analysis; undefined where nothing was read at all. */
  readonly outline?: Outline
  /** How listeners serve, by name, and where. */
  readonly services?: ReadonlyMap<string, Service>
  readonly listeners?: readonly Listener[]
}

/** What production wires its ports with. */
export interface SiteSettings {
  readonly life: LifeSettings
  readonly dns: { readonly servers: readonly string[]; readonly timeout: number }
  readonly log: readonly LogDestination[]
  /** Directory; undefined for the system's own. */
  readonly spool: string | undefined
  readonly store: StorePlace
}

const DEFAULT_SETTINGS: SiteSettings = {
  life: lifeSettings({}, ''),
  dns: { servers: [], timeout: 5000 },
  log: logSettings({}, { directory: '' }),
  spool: undefined,
  store: { url: 'memory:', directory: '' },
}

/**
 * What must be known before anything else is read: where to listen, and who to become. Undefined when the site file has
 * faults.
 */
export async function loadSettings(
  path: string,
  environment: LoadEnvironment,
): Promise<(Pick<Site, 'listeners'> & { readonly settings: SiteSettings }) | undefined> {
  const { root, valid } = await readSite(path, environment)
  if (!root || !valid) return undefined
  const options = toOptions(root, SITE_SCHEMA)
  return { listeners: listenersOf(options.listen ?? [], dirname(path)), settings: settingsOf(options, dirname(path)) }
}

interface ReadSite extends SiteRoot {
  readonly valid: boolean
}

async function readSite(path: string, environment: LoadEnvironment): Promise<ReadSite> {
  const { root, files } = await readRoot(path, environment)
  if (!root) return { root, files, valid: false }
  const use = { what: 'a site file', definitions: { match: {} } }
  const valid = checkSchema(root, SITE_SCHEMA, environment.report, use)
  if (valid) checkListeners(root, environment.report)
  return { root, files, valid }
}

export async function loadSite(path: string, given: CompileEnvironment): Promise<LoadedSite> {
  const { root, files, valid } = await readSite(path, given)
  if (!root) return { site: undefined, settings: DEFAULT_SETTINGS, plugins: [] }
  const environment = { ...given, files }
  const { report } = environment
  const directory = dirname(path)
  await checkSmoke(valueOf(root, 'smoke'), directory, environment)
  checkStore(valueOf(root, 'store'), directory, environment)
  const options: SiteOptions = valid ? toOptions(root, SITE_SCHEMA) : {}
  const [limits, listeners] = [limitsOf(options.limits), listenersOf(options.listen ?? [], directory)]
  const spec = specOf(root, { directory, limits, report })
  const services = await readServices(root, spec.place, environment)
  const { program, plugins, log, policies, outline } = await compileSite(spec, environment)
  checkNeverAsked(root, plugins, report)
  const plan = await policyPlan(valueOf(root, 'recipients'), policies, directory, environment)
  const found = { root, plugins, policies, plan, outline, services, listeners }
  if (!valid || !program || report.errors > 0) return { ...found, site: undefined, settings: DEFAULT_SETTINGS }
  const served = settleAuth(services, root, program, report)
  const site = { hostname: spec.hostname, listeners, services: served, limits, program, policies: plan }
  return { ...found, site, settings: settingsOf(options, directory, log) }
}

/** What its plugins are compiled with. */
function specOf(
  root: MapNode,
  { directory, limits, report }: { readonly directory: string; readonly limits: Limits; readonly report: Report },
): SiteSpec {
  const recipients = recipientSpec(valueOf(root, 'recipients'), limits)
  return {
    hostname: readHostname(valueOf(root, 'hostname'), report),
    entries: readEntries(valueOf(root, 'plugins'), report),
    localDomains: valueOf(root, 'local_domains'),
    place: { directory, defaults: resolve(directory, textOf(valueOf(root, 'lists')) ?? 'lists'), lenient: false },
    loadDeadline: limits.load_deadline,
    ...(recipients && { recipients }),
  }
}

/** It stands in the greeting and in Received fields, and mail to it is ours. */
function readHostname(node: YamlNode | undefined, report: Report): string {
  const text = textOf(node)
  if (node && text !== undefined && canonicalDomain(text) === undefined) {
    report.add({
      code: 'NET204',
      at: node.at,
      message: `\`${text}\` is no domain name`,
      help: 'write the name that DNS has for this server: `hostname: mx.example.org`',
    })
  }
  return text ?? 'localhost'
}

type SiteOptions = Partial<FromSchema<typeof SITE_SCHEMA>>

function limitsOf(given: Partial<Limits> = {}): Limits {
  return { ...defaultLimits(), ...given }
}

function settingsOf(
  { dns, log, spool, store, ...life }: SiteOptions,
  directory: string,
  ofPlugins?: readonly PlaceOptions[],
): SiteSettings {
  const mostKept = limitsOf(life.limits).log_kept
  return {
    life: lifeSettings(life, directory),
    dns: { servers: dns?.servers ?? [], timeout: dns?.timeout ?? DEFAULT_SETTINGS.dns.timeout },
    log: logSettings(log ?? {}, { directory, ofPlugins, mostKept }),
    spool: spool === undefined ? undefined : resolve(directory, spool),
    store: { url: store ?? DEFAULT_SETTINGS.store.url, directory },
  }
}

function checkStore(node: YamlNode | undefined, directory: string, { report, storeFault }: LoadEnvironment): void {
  const url = textOf(node)
  const fault = url === undefined ? undefined : storeFault?.({ url, directory })
  if (node && fault !== undefined)
    report.add({ code: 'CFG112', at: node.at, message: `\`store\`: ${fault}`, help: 'docs/sources.md, "The store"' })
}

/** The suites are read when they are run; here they only have to be there. */
async function checkSmoke(node: YamlNode | undefined, directory: string, environment: LoadEnvironment): Promise<void> {
  for (const item of itemsOf(node)) {
    const name = textOf(item)
    if (name !== undefined) await readText(resolve(directory, name), item.at, environment)
  }
}
