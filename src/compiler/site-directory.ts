/** Which site a file belongs to: the nearest `postern.yaml` above it. */
import { dirname, join } from 'node:path'
import type { Files } from '../core/ports.ts'

export const SITE_FILE = 'postern.yaml'

/** Path of the site file; undefined when no directory above has one. */
export async function nearestSite(path: string, files: Files): Promise<string | undefined> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const candidate = join(directory, SITE_FILE)
    if ((await files.read(candidate).catch(() => undefined)) !== undefined) return candidate
    if (directory === dirname(directory)) return undefined
  }
}

/** What paths in a plugin are relative to: its site's directory, or its own when it has no site. */
export async function siteDirectory(path: string, files: Files): Promise<string> {
  return dirname((await nearestSite(path, files)) ?? path)
}
