/**
 * A directory, a port and processes for a real server that a test starts: all of it is gone after the test file.
 *
 * Servers run on loopback, with a configuration of the test's own, and are stopped by their process id.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

export const run = promisify(execFile)

/** Why a test with these programs cannot run, as node:test wants it; false when it can. */
export function skipWithout(programs: Readonly<Record<string, string>>, needsRoot = true): string | false {
  for (const [path, name] of Object.entries(programs))
    if (!existsSync(path)) return `this machine has no ${path} (Debian package ${name})`
  return needsRoot && process.getuid?.() !== 0 && 'only root can start it with users of its own'
}

export class Workplace {
  readonly path: string
  readonly #children: ChildProcess[] = []

  private constructor(path: string) {
    this.path = path
  }

  static async make(name: string): Promise<Workplace> {
    const path = await mkdtemp(join(tmpdir(), `postern-${name}-`))
    await chmod(path, 0o755)
    return new Workplace(path)
  }

  file(...names: readonly string[]): string {
    return join(this.path, ...names)
  }

  async write(name: string, text: string, mode = 0o644): Promise<string> {
    await writeFile(this.file(name), text, { mode })
    return this.file(name)
  }

  /** In the foreground; ended with the workplace. */
  start(program: string, args: readonly string[]): void {
    this.#children.push(spawn(program, args, { stdio: 'ignore' }))
  }

  async remove(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await rm(this.path, { recursive: true, force: true })
  }

  /** The files of a directory of messages, as soon as there are so many. */
  async messages(count: number, ...names: readonly string[]): Promise<readonly string[]> {
    const directory = this.file(...names)
    const found = await until(
      async () => {
        const files = await readdir(directory).catch(() => [])
        return files.length >= count ? files : undefined
      },
      `${count} messages in ${names.join('/')}`,
    )
    return Promise.all(found.map((name) => readFile(join(directory, name), 'latin1')))
  }
}

/** Resolves when somebody answers there. */
export function answering(where: { readonly port: number } | { readonly path: string }): Promise<true> {
  return until(
    () =>
      new Promise((resolve) => {
        const socket = connect('port' in where ? { ...where, host: '127.0.0.1' } : where)
        socket.once('data', () => {
          resolve(true)
          socket.destroy()
        })
        socket.once('error', () => resolve(undefined))
        socket.once('close', () => resolve(undefined))
      }),
    'a greeting',
  )
}

const PATIENCE = 20_000

/** Asks again and again: other processes have no clock that a test could move. */
async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const end = performance.now() + PATIENCE
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() > end) throw new Error(`there is not ${what} after ${PATIENCE / 1000} seconds`)
    await setTimeout(20)
  }
}
