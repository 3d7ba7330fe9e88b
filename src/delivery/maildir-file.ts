/**
 * One message in one maildir (https://cr.yp.to/proto/maildir.html): written to tmp, synced, renamed to new, synced again.
 *
 * The content ends its lines in LF, as files on Unix do.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DirectorySync } from './directory-sync.ts'
import { DurableFile } from './durable-file.ts'
import { type Octets, withLineFeeds } from './octets.ts'

export interface MaildirFile {
  /** Gives it its name in `new`; durable when that directory was synced. */
  publish(): Promise<void>
  /** The directory to sync after `publish`. */
  readonly directory: string
  /** Takes it away, wherever it is. Never rejects. */
  withdraw(): Promise<void>
}

const FOLDERS = ['tmp', 'new', 'cur'] as const

/** Makes the maildir and what leads to it, durably. `mode` holds for the maildir and its folders. */
export async function makeMaildir(maildir: string, mode: number, directories: DirectorySync): Promise<void> {
  for (const folder of FOLDERS) {
    const path = join(maildir, folder)
    const first = await mkdir(path, { recursive: true, mode })
    if (first !== undefined) await syncParents(path, first, directories)
  }
}

/** From the directory that holds the new folder up to the one that holds the first that was made. */
async function syncParents(path: string, first: string, directories: DirectorySync): Promise<void> {
  for (let made = path; ; made = dirname(made)) {
    await directories.sync(dirname(made))
    if (made === first) return
  }
}

/** Resolves when the octets are durable in tmp. Leaves nothing behind when it rejects. */
export async function writeMaildirFile(
  maildir: string,
  name: string,
  octets: Octets,
  mode: number,
): Promise<MaildirFile> {
  const directory = join(maildir, 'new')
  const file = await DurableFile.write(join(maildir, 'tmp', name), withLineFeeds(octets), mode)
  return { directory, publish: () => file.rename(join(directory, name)), withdraw: () => file.withdraw() }
}

let counter = 0

/** Unique on this machine and, by the host name, on a shared file system. */
export function uniqueName(hostname: string): string {
  counter += 1
  const now = Date.now()
  const host = hostname.replaceAll(/[/:]/g, '_')
  const random = randomBytes(4).toString('hex')
  return `${Math.floor(now / 1000)}.M${(now % 1000) * 1000}P${process.pid}Q${counter}R${random}.${host}`
}
