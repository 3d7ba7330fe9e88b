/** A folder of files for one test, and the command line run inside it, in this process. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '../../src/cli/main.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Folder {
  readonly path: string
  /** What is kept between two runs; not there before the first. */
  readonly cache: string
  readonly read: (name: string) => string
  /** Runs alone: the working directory and the environment are the process's own. */
  readonly postern: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>
}

/** A test's, or that of a suite. */
interface Scope {
  readonly after: (end: () => void) => void
}

export function folder(test: Scope, files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'postern-cli-'))
  const cache = `${path}-cache`
  test.after(() => {
    for (const one of [path, cache]) rmSync(one, { recursive: true, force: true })
  })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return {
    path,
    read: (name) => readFileSync(join(path, name), 'utf8'),
    postern: (args, env = {}) => runIn(path, args, { XDG_CACHE_HOME: cache, ...env }),
    cache,
  }
}

/** Nothing of the machine's own CI gets in. */
const NO_CI = { GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' }

async function runIn(path: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const before = { directory: process.cwd(), env: { ...process.env } }
  const [out, talk]: [string[], string[]] = [[], []]
  const terminal = {
    color: false,
    print: (text: string) => void out.push(`${text}\n`),
    talk: (text: string) => void talk.push(`${text}\n`),
    progress: () => undefined,
  }
  process.chdir(path)
  Object.assign(process.env, NO_CI, env)
  try {
    return { code: await run(args, terminal), stdout: out.join(''), stderr: talk.join('') }
  } finally {
    process.chdir(before.directory)
    process.env = before.env
  }
}
