/** Loads a site file: settings for the server, and its plugins compiled. */
import { dirname, resolve } from 'node:path'
import { defaultLimits, LIMITS, type LimitName, type Limits } from '../core/limits.ts'
import type { Listener, Site } from '../core/site.ts'
import type { Span } from '../language/diagnostic.ts'
import { textOf, valueOf } from '../language/node.ts'
import { checkSchema, toOptions } from '../language/schema-check.ts'
import { readEntries, SITE_SCHEMA } from '../language/site-file.ts'
import { type CompiledPlugin, type CompileEnvironment, compileSite } from './compile-site.ts'
import { readYaml } from './resolve-entries.ts'

export interface LoadedSite {
  /** Undefined when something is wrong; the report says what. */
  readonly site: Site | undefined
  readonly settings: SiteSettings
  readonly plugins: readonly CompiledPlugin[]
}

/** What production wires its ports with. */
export interface SiteSettings {
  readonly dns: { readonly servers: readonly string[]; readonly timeout: number }
  readonly log: { readonly level: string; readonly file: string | undefined }
}

const DEFAULT_SETTINGS: SiteSettings = { dns: { servers: [], timeout: 5000 }, log: { level: 'info', file: undefined } }

export async function loadSite(path: string, environment: CompileEnvironment): Promise<LoadedSite> {
  const root = await readYaml(path, startOf(path), environment)
  const valid =
    root && checkSchema(root, SITE_SCHEMA, environment.report, { what: 'a site file', definitions: { match: {} } })
  if (!root) return { site: undefined, settings: DEFAULT_SETTINGS, plugins: [] }
  const directory = dirname(path)
  const hostname = textOf(valueOf(root, 'hostname')) ?? 'localhost'
  const { program, plugins } = await compileSite(
    {
      hostname,
      entries: readEntries(valueOf(root, 'plugins')),
      localDomains: valueOf(root, 'local_domains'),
      place: { directory, defaults: resolve(directory, textOf(valueOf(root, 'lists')) ?? 'lists'), lenient: false },
    },
    environment,
  )
  if (!valid || !program) return { site: undefined, settings: DEFAULT_SETTINGS, plugins }
  const options = toOptions(root, SITE_SCHEMA) as SiteOptions
  const site = { hostname, listeners: options.listen ?? [], limits: limitsOf(options.limits), program }
  return { site, settings: settingsOf(options, directory), plugins }
}

interface SiteOptions {
  readonly listen?: readonly Listener[]
  readonly limits?: Partial<Record<LimitName, number>>
  readonly dns?: { readonly servers?: readonly string[]; readonly timeout?: number }
  readonly log?: { readonly level?: string; readonly file?: string }
}

function limitsOf(given: Partial<Record<LimitName, number>> = {}): Limits {
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(LIMITS, name))
  return { ...defaultLimits(), ...Object.fromEntries(known) }
}

function settingsOf({ dns, log }: SiteOptions, directory: string): SiteSettings {
  return {
    dns: { servers: dns?.servers ?? [], timeout: dns?.timeout ?? DEFAULT_SETTINGS.dns.timeout },
    log: {
      level: log?.level ?? DEFAULT_SETTINGS.log.level,
      file: log?.file === undefined ? undefined : resolve(directory, log.file),
    },
  }
}

function startOf(file: string): Span {
  const position = { line: 1, column: 1, offset: 0 }
  return { file, range: { start: position, end: position } }
}
