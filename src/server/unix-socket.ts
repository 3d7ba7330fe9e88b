/** Listening on a unix socket: its file, its rights, and what a process that died has left in its place. */
import { once } from 'node:events'
import type { Stats } from 'node:fs'
import { chmod, lstat, unlink } from 'node:fs/promises'
import { createConnection, type Server } from 'node:net'
import { dirname } from 'node:path'
import type { UnixSocket } from '../core/site.ts'

/** Rejects when somebody listens there, or the file is something else. Nobody can connect before the rights are right. */
export async function listenOnPath(server: Server, { path, permissions }: UnixSocket): Promise<void> {
  await removeStale(path)
  const before = process.umask(0o777)
  server.listen({ path })
  process.umask(before)
  await once(server, 'listening')
  await chmod(path, permissions)
}

async function removeStale(path: string): Promise<void> {
  // Without this the system's own words would be about permissions.
  if (!(await isThere(dirname(path)))) throw new Error(`there is no directory ${dirname(path)}`)
  const found = await isThere(path)
  if (!found) return
  if (!found.isSocket()) throw new Error('there is a file that is no socket')
  if (await isAnswered(path)) throw new Error('another process listens there')
  await unlink(path)
}

function isThere(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(() => undefined)
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ path })
    const settle = (answered: boolean): void => {
      probe.destroy()
      resolve(answered)
    }
    probe.once('connect', () => settle(true))
    probe.once('error', () => settle(false))
  })
}
