/**
 * Files of certain places, for `postern import`: what a configuration names elsewhere is not read, wherever a symbolic
 * link of it leads. Who imports as root would else find lines of /etc/shadow in the report, for somebody else has
 * written the configuration.
 */
import { realpath } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import type { Files } from '../core/ports.ts'

/**
 * `places`: directories with all that is in them, and single files. `named`: those where only what is named there is
 * read, and no link from elsewhere leads. Reading elsewhere rejects with a sentence.
 */
export function fencedFiles(
  files: Pick<Files, 'read'>,
  places: readonly string[],
  named: readonly string[] = [],
): Files {
  const inside = Promise.all(places.map(async (place) => (await realPath(place)) ?? place))
  return {
    async read(path, most) {
      const real = await realPath(path)
      if (real === undefined) return undefined
      const isNamed = named.some((place) => isWithin(real, place) && isWithin(path, place))
      if (isNamed || (await inside).some((place) => isWithin(real, place))) return files.read(real, most)
      throw new Error(`${nameOf(path, real)} is not read; \`--follow ${dirname(real)}\` allows it`)
    },
  }
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(place.replace(/\/?$/, sep))
}

/** Undefined when nothing is there. */
function realPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined)
}

function nameOf(path: string, real: string): string {
  return path === real ? `${path} lies elsewhere, and` : `${path} leads to ${real}, and`
}
