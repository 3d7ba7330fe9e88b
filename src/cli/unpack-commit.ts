/**
 * The files of a commit, octet for octet as they are in it.
 *
 * `git archive` would obey the repository's attributes: leave out what is `export-ignore`, write what a commit says into what
 * is `export-subst`, and run filters. Here none of them counts. Submodules are left out. Names come from whoever wrote the
 * commit: none leads out of the target, and links are made last, so nothing is written through one.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'

interface Entry {
  readonly isLink: boolean
  readonly id: string
  readonly name: string
}

const run = promisify(execFile)
/** Octets of the list of names. */
const LONGEST_LIST = 256 * 1024 * 1024

/** Throws an Error when git cannot say what stands there, or a name is none. */
export async function unpackCommit(root: string, commit: string, target: string): Promise<void> {
  const words = ['-C', root, 'ls-tree', '-r', '-z', '--full-tree', commit]
  const { stdout } = await run('git', words, { maxBuffer: LONGEST_LIST })
  const entries = entriesIn(stdout)
  const inOrder = [...entries.filter(({ isLink }) => !isLink), ...entries.filter(({ isLink }) => isLink)]
  let at = 0
  for await (const octets of blobsOf(root, inOrder)) {
    const entry = inOrder[at++]
    if (entry) await put(entry, octets, target)
  }
  if (at < inOrder.length) throw new Error(`git does not say what stands in ${inOrder[at]?.name}`)
}

const ENTRY = /^(\d{6}) blob ([0-9a-f]+)\t(.+)$/s
const LINK = '120000'

function entriesIn(list: string): readonly Entry[] {
  return list.split('\0').flatMap((line) => {
    const [, mode, id, name] = ENTRY.exec(line) ?? []
    return mode === undefined || id === undefined || name === undefined ? [] : [{ isLink: mode === LINK, id, name }]
  })
}

async function put({ isLink, name }: Entry, octets: Buffer, target: string): Promise<void> {
  if (name.split('/').some((step) => ['', '.', '..'].includes(step))) throw new Error(`${name} is no name of a file`)
  const path = join(target, name)
  await mkdir(dirname(path), { recursive: true })
  if (isLink) await symlink(octets, path)
  else await writeFile(path, octets, { flag: 'wx' })
}

/** As many as git knows of, in their order: `ID blob SIZE`, LF, the octets, LF (git-cat-file(1), "Batch output"). */
async function* blobsOf(root: string, entries: readonly Entry[]): AsyncGenerator<Buffer> {
  const git = spawn('git', ['-C', root, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] })
  git.on('error', () => undefined)
  git.stdin.on('error', () => undefined)
  Readable.from(entries.map(({ id }) => `${id}\n`)).pipe(git.stdin)
  let [held, size]: [Buffer[], number | undefined] = [[], undefined]
  for await (const piece of git.stdout) {
    held.push(Buffer.from(piece))
    for (let rest = takeOne(held, size); rest; rest = takeOne(held, size)) {
      held = [rest.left]
      size = rest.size
      if (rest.octets) yield rest.octets
    }
  }
}

interface Step {
  readonly left: Buffer
  /** Of the octets that come next; undefined where a line comes. */
  readonly size: number | undefined
  readonly octets?: Buffer
}

/** Undefined when there is not enough. */
function takeOne(held: readonly Buffer[], size: number | undefined): Step | undefined {
  const octets = held.reduce((sum, { length }) => sum + length, 0)
  if (size !== undefined && octets <= size) return undefined
  const [first = Buffer.alloc(0)] = held
  const all = held.length > 1 ? Buffer.concat(held) : first
  if (size !== undefined) return { left: all.subarray(size + 1), size: undefined, octets: all.subarray(0, size) }
  const end = all.indexOf('\n')
  const [, found] = /^\S+ blob (\d+)$/.exec(all.toString('latin1', 0, Math.max(end, 0))) ?? []
  return found === undefined ? undefined : { left: all.subarray(end + 1), size: Number(found) }
}
