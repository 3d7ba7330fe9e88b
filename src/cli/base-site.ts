/** A site, or a whole repository, as it was: in another directory, or at a revision that git knows. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve as absolute } from 'node:path'
import { promisify } from 'node:util'
import { reasonOf } from '../core/reason.ts'
import { CommandError, EXIT } from './exit-code.ts'
import { unpackCommit } from './unpack-commit.ts'

export interface BaseSite {
  /** The site file. */
  readonly path: string
  /** Removes what was unpacked. */
  close(): Promise<void>
}

const run = promisify(execFile)

/** `base` is a site file, a directory with one of that name, or a revision of the repository that `site` is in. */
export async function openBase(base: string, site: string): Promise<BaseSite> {
  const stats = await stat(base).catch(() => undefined)
  const path = stats?.isDirectory() ? join(base, basename(site)) : base
  if (stats) return { path, close: async () => undefined }
  const directory = dirname(absolute(site))
  const revision = await openRevision(base, directory)
  if (!revision) throw new CommandError(`${base} is no directory, and no revision of ${directory}`, EXIT.usage)
  return { path: revision.moved(absolute(site)), close: () => revision.close() }
}

export interface Revision {
  /** Where a file of the repository is found as it was. */
  readonly moved: (path: string) => string
  /** The other way. What is no file of the revision stays what it is. */
  readonly movedBack: (path: string) => string
  /** Removes what was unpacked. */
  close(): Promise<void>
}

/** Of the repository that the directory is in. Undefined where git knows of no such revision, or of no repository. */
export async function openRevision(revision: string, directory: string): Promise<Revision | undefined> {
  const git = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', directory, ...words])
    return stdout.trim()
  }
  const found = await Promise.all([
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`),
    git('rev-parse', '--show-toplevel'),
  ]).catch(() => undefined)
  if (!found) return undefined
  const [commit, root] = found
  const target = await mkdtemp(join(tmpdir(), 'postern-base-'))
  const close = (): Promise<void> => rm(target, { recursive: true, force: true })
  try {
    await unpackCommit(root, commit, target)
  } catch (fault) {
    await close()
    throw new CommandError(`the base could not be unpacked from git: ${reasonOf(fault)}`)
  }
  return {
    moved: (path) => join(target, relative(root, path)),
    movedBack: (path) => (path.startsWith(`${target}/`) ? join(root, relative(target, path)) : path),
    close,
  }
}
