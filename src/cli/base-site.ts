/** A site as it was: in another directory, or at a revision that git knows. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve as absolute } from 'node:path'
import { promisify } from 'node:util'
import { CommandError, EXIT } from './exit-code.ts'

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
  return stats ? { path, close: async () => undefined } : fromGit(base, site)
}

async function fromGit(revision: string, site: string): Promise<BaseSite> {
  const directory = dirname(absolute(site))
  const git = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', directory, ...words])
    return stdout.trim()
  }
  const found = await Promise.all([
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`),
    git('rev-parse', '--show-toplevel'),
  ]).catch(() => undefined)
  if (!found) throw new CommandError(`${revision} is no directory, and no revision of ${directory}`, EXIT.usage)
  const [commit, root] = found
  const target = await mkdtemp(join(tmpdir(), 'postern-base-'))
  const close = (): Promise<void> => rm(target, { recursive: true, force: true })
  try {
    await unpack(root, commit, target)
  } catch (fault) {
    await close()
    throw fault
  }
  return { path: join(target, relative(root, absolute(site))), close }
}

/** `git archive | tar -x`. */
async function unpack(root: string, commit: string, target: string): Promise<void> {
  const archive = spawn('git', ['-C', root, 'archive', '--format=tar', commit], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const tar = spawn('tar', ['-x', '-C', target], { stdio: ['pipe', 'inherit', 'inherit'] })
  archive.stdout.pipe(tar.stdin)
  const ends = [archive, tar].map(
    (child) =>
      new Promise<boolean>((resolve) =>
        child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0)),
      ),
  )
  if ((await Promise.all(ends)).includes(false)) throw new CommandError('the base could not be unpacked from git')
}
