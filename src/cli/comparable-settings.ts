/**
 * What a site file sets besides its rules, as data that can be compared and shown: names of files as they are written,
 * keys as digests.
 */
import { createHash } from 'node:crypto'
import type { SiteSettings } from '../compiler/load-site.ts'
import type { Service } from '../core/service.ts'
import type { Listener, Site } from '../core/site.ts'

export interface Settled {
  readonly site: Site
  readonly settings: SiteSettings
  /** What names of files are relative to. */
  readonly directory: string
}

export function comparableSettings({ site, settings, directory }: Settled): object {
  const { hostname, limits, listeners, services, policies } = site
  const { life, dns, log, spool, store } = settings
  const listen = listeners.map((listener) => ({ ...listenerOf(listener), ...serviceOf(services?.get(listener.name)) }))
  const recipients = policies && {
    directory: policies.directory,
    source: policies.source?.shown,
    default: policies.fallback?.key,
    on_unknown: policies.onUnknown,
    refresh: policies.refresh,
  }
  const all = { hostname, limits, listen, recipients, dns, log, spool, store: store.url, ...life }
  return within(all, `${directory}/`)
}

function listenerOf({ name, address, port, unix }: Listener): object {
  return unix ? { name, unix } : { name, address, port }
}

function serviceOf(service: Service | undefined): object {
  if (!service) return {}
  const { tls, ...rest } = service
  if (!('settings' in tls)) return { ...rest, tls: tls.mode }
  const { certificates, ca, ...settings } = tls.settings
  return {
    ...rest,
    tls: {
      mode: tls.mode,
      ...settings,
      ...(ca !== undefined && { ca: digest(ca) }),
      certificates: certificates.map(({ names, chain, key }) => ({ names, chain: digest(chain), key: digest(key) })),
    },
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** As site files have it. */
function inSnakes(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The two sites lie in different places. */
function within(value: object, directory: string): object {
  const strip = (part: unknown): unknown => {
    if (typeof part === 'string') return part.startsWith(directory) ? part.slice(directory.length) : part
    if (Array.isArray(part)) return part.map(strip)
    const isPlain = typeof part === 'object' && part !== null && Object.getPrototypeOf(part) === Object.prototype
    return isPlain ? Object.fromEntries(Object.entries(part).map(([key, one]) => [inSnakes(key), strip(one)])) : part
  }
  return Object(strip(value)) as object
}
