/**
 * The YAML files below a site, for the names in them: what is near first, and no more than can be looked at while
 * somebody types.
 */
import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { isSkipped } from '../find-files.ts'

/** A site may have the mail of a whole house below it. */
export const WALK_BOUNDS = {
  files: 2000,
  entriesOfOne: 5000,
  entries: 20_000,
} as const

type WalkBounds = Readonly<Record<keyof typeof WALK_BOUNDS, number>>

export interface Below {
  /** A directory before those in it; in order of their names. */
  readonly files: readonly string[]
  /** Nothing was left out. */
  readonly isWhole: boolean
}

/** What cannot be read is not there. Links are not followed. */
export async function yamlBelow(directory: string, bounds: WalkBounds = WALK_BOUNDS): Promise<Below> {
  const files: string[] = []
  const directories = [directory]
  let [entries, isWhole] = [0, true]
  for (const folder of directories) {
    const most = Math.min(bounds.entriesOfOne, bounds.entries - entries)
    const found = await entriesOf(folder, most)
    entries += found.length
    isWhole &&= found.length < most
    for (const entry of found.toSorted(byName)) {
      if (isSkipped(entry.name)) continue
      if (entry.isDirectory()) directories.push(join(folder, entry.name))
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) files.push(join(folder, entry.name))
    }
  }
  return { files: files.slice(0, bounds.files), isWhole: isWhole && files.length <= bounds.files }
}

async function entriesOf(folder: string, most: number): Promise<readonly Dirent[]> {
  const found: Dirent[] = []
  if (most <= 0) return found
  try {
    for await (const entry of await opendir(folder, { bufferSize: 256 })) {
      found.push(entry)
      if (found.length >= most) break
    }
  } catch {
    return found
  }
  return found
}

function byName({ name: one }: Dirent, { name: other }: Dirent): number {
  return one < other ? -1 : 1
}
