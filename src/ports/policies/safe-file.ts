/**
 * Reads a file that strangers have named and others may have put there: a regular file below a directory, owned by root or
 * by us, writable by nobody else (but the owner's own group), reached through no link that leads away. The same holds for the directories it lies in, for
 * who may write to them puts one file in the place of another.
 *
 * Checked on the open file, not on its name, so nothing can be put in its place in between. Opening never waits: a pipe
 * has no writer, a device may have no end. Reasons are told without what the file holds.
 */
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import { dirname, sep } from 'node:path'
import { errorCode } from '../../core/reason.ts'

export interface SafeFile {
  readonly text: string
  /** Milliseconds since the epoch of the last change. */
  readonly changedAt: number
}

export interface Demands {
  readonly mostOctets: number
  /** Off a server: whoever owns it, as where checkouts are another user's. */
  readonly isLenient?: boolean
  /** Who may own it besides root and us. */
  readonly owner?: number
  /** That nothing stands in it says something. */
  readonly mayBeEmpty?: boolean
}

/** Undefined when there is none. Rejects with a plain sentence about a file that is not to be trusted. */
export async function readSafely(root: string, path: string, demands: Demands): Promise<SafeFile | undefined> {
  const file = await openFile(path)
  if (!file) return undefined
  try {
    const stats = await file.stat()
    checkFile(stats, demands)
    await checkPlace(root, path, { opened: stats, demands })
    return { text: await readText(file, stats.size), changedAt: stats.mtimeMs }
  } finally {
    await file.close()
  }
}

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, FLAGS)
  } catch (fault) {
    const code = errorCode(fault) ?? ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Error(WHY_NOT_OPEN.get(code) ?? `it cannot be opened (${code})`, { cause: fault })
  }
}

const WHY_NOT_OPEN: ReadonlyMap<string, string> = new Map([
  ['ELOOP', 'it is a symbolic link'],
  ['EACCES', 'it may not be read by this user'],
  ['ENXIO', 'it is no regular file'],
])

const WRITABLE = { byGroup: 0o020, byAll: 0o002 } as const

function checkFile(stats: Stats, demands: Demands): void {
  const { mostOctets, mayBeEmpty = false } = demands
  if (!stats.isFile()) throw new Error('it is no regular file')
  checkRights(stats, demands, 'it')
  if (stats.size === 0 && !mayBeEmpty) throw new Error('it is empty')
  if (stats.size > mostOctets) throw new Error(`it has more than ${mostOctets} octets`)
}

function checkRights(stats: Stats, { isLenient = false, owner }: Demands, what: 'it' | 'its directory'): void {
  const isTrusted = [0, process.getuid?.(), owner].includes(stats.uid)
  if (!isLenient && !isTrusted) throw new Error(`${what} belongs to another user`)
  // A group with the number of its owner has nobody else in it (user private groups; umask 002 goes with them).
  const isOwnGroup = stats.gid === stats.uid
  if ((stats.mode & (WRITABLE.byAll | (isOwnGroup ? 0 : WRITABLE.byGroup))) === 0) return
  throw new Error(what === 'it' ? 'its group or everybody may write to it' : 'others may write to its directory')
}

interface Opened {
  readonly opened: Stats
  readonly demands: Demands
}

/** Directories on the way may be links, as long as they stay below the root. */
async function checkPlace(root: string, path: string, { opened, demands }: Opened): Promise<void> {
  const real = await realpath(path)
  const there = await stat(real)
  const isSame = there.dev === opened.dev && there.ino === opened.ino
  if (!isSame || !real.startsWith(root + sep)) throw new Error('it lies outside its directory')
  for (let place = dirname(real); place.length >= root.length; place = dirname(place))
    checkRights(await stat(place), demands, 'its directory')
}

async function readText(file: FileHandle, size: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
  const octets = buffer.subarray(0, bytesRead)
  if (!isUtf8(octets)) throw new Error('it is not text in UTF-8')
  return octets.toString('utf8')
}
