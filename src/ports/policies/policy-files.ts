/**
 * Policies of recipients as files below one directory.
 *
 * Nothing is kept between two look-ups.
 */
import type { Dirent } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { PolicySource } from '../../core/policy.ts'
import type { Clock, SourceAnswer } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { isPolicyPath, policyPath } from './policy-path.ts'
import { readQuietly } from './quiet-file.ts'
import { type Demands, readSafely, type SafeFile } from './safe-file.ts'

export interface PolicyFilesOptions extends Demands {
  readonly directory: string
  readonly clock: Clock
}

export function policyFiles({ directory, clock, ...demands }: PolicyFilesOptions): PolicySource {
  const placeOf = (key: string): string => join(directory, policyPath(key))
  return {
    placeOf,
    lookup: (key) => lookUp(() => readBelow(directory, placeOf(key), demands), clock),
    close: async () => undefined,
  }
}

async function readBelow(directory: string, path: string, demands: Demands): Promise<SafeFile | undefined> {
  return readSafely(await realpath(directory), path, demands)
}

async function lookUp(read: () => Promise<SafeFile | undefined>, clock: Clock): Promise<SourceAnswer> {
  try {
    const file = await readQuietly(read, clock)
    return file ? { kind: 'found', values: [file.text] } : { kind: 'none' }
  } catch (fault) {
    return { kind: 'failed', because: reasonOf(fault) }
  }
}

export interface FoundPolicyFile {
  readonly path: string
  /** Absent where the file can be read: its text is. */
  readonly because?: string
  readonly text?: string
  /** Some recipient or domain has this name. */
  readonly isLookedFor: boolean
}

/**
 * Every file below the directory, for `postern check`. Links to directories are not gone into; directories that cannot be
 * read, or lie deeper than any policy, are named as they are.
 */
export async function* allPolicyFiles(directory: string, demands: Demands): AsyncGenerator<FoundPolicyFile> {
  const root = await realpath(directory).catch(() => undefined)
  if (root === undefined) return
  for (const name of await filesIn(root)) {
    const path = join(directory, name)
    const isLookedFor = isPolicyPath(name)
    try {
      const file = await readSafely(root, path, demands)
      if (file) yield { path, isLookedFor, text: file.text }
    } catch (fault) {
      yield { path, isLookedFor, because: reasonOf(fault) }
    }
  }
}

/** Owners of a domain may make directories: policies lie in the second. */
const DEEPEST = 4

async function filesIn(root: string, below = '', depth = 0): Promise<readonly string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(() => undefined)
  if (!entries) return [below]
  const names = await Promise.all(
    entries.filter(({ name }) => !name.startsWith('.')).map((entry) => namesOf(entry, { root, below, depth })),
  )
  return names.flat().toSorted()
}

interface Place {
  readonly root: string
  readonly below: string
  readonly depth: number
}

async function namesOf(entry: Dirent, { root, below, depth }: Place): Promise<readonly string[]> {
  const name = below === '' ? entry.name : `${below}/${entry.name}`
  return entry.isDirectory() && depth < DEEPEST ? filesIn(root, name, depth + 1) : [name]
}
