/**
 * Reports on disk, a file each, below the cache directory. What cannot be read is not there, what cannot be written is not
 * kept: nobody has to know.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { SavedReport } from '../../testing/report-shape.ts'
import { cacheDirectory, ownDirectory } from '../cache-directory.js'
import type { Heard } from './overheard.ts'

export interface SavedCheck {
  readonly heard: readonly Heard[]
  /** Holds from then on, until before then: milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  readonly report: SavedReport
}

const MOST_FILES = 64
/** Octets. */
const LARGEST = 4 * 1024 * 1024

export function readSaved(key: string): SavedCheck | undefined {
  const directory = reportDirectory()
  if (directory === undefined) return undefined
  try {
    return JSON.parse(readOurs(pathOf(directory, key))) as SavedCheck
  } catch {
    return undefined
  }
}

export function writeSaved(key: string, saved: SavedCheck): void {
  const directory = reportDirectory()
  const text = JSON.stringify(saved)
  if (directory === undefined || Buffer.byteLength(text) > LARGEST) return
  const beside = join(directory, `${randomBytes(8).toString('hex')}.tmp`)
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx' })
    renameSync(beside, pathOf(directory, key))
    forgetOldest(directory)
  } catch {
    rmSync(beside, { force: true })
  }
}

function reportDirectory(): string | undefined {
  const cache = cacheDirectory()
  return cache === undefined ? undefined : ownDirectory(join(cache, 'check'))
}

function pathOf(directory: string, key: string): string {
  return join(directory, `${key}.json`)
}

/** Throws for a file of somebody else, and for a link. */
function readOurs(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.uid !== process.getuid?.()) throw new Error(`${path} is not ours`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** Left-overs of writers that were killed are among them. */
function forgetOldest(directory: string): void {
  const paths = readdirSync(directory).map((name) => join(directory, name))
  if (paths.length <= MOST_FILES) return
  const byAge = paths.map((path) => ({ path, age: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
  const oldest = byAge.toSorted((a, b) => a.age - b.age).slice(0, paths.length - MOST_FILES)
  for (const { path } of oldest) rmSync(path, { force: true })
}
