/** Real servers for tests: programs that this machine may have, in a directory of their own, ended by their process. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const DIRECTORIES = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']

/** Its whole path; undefined when this machine has no such program. */
export function findProgram(name: string, directories: readonly string[] = DIRECTORIES): string | undefined {
  return directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** For a test's `skip`. */
export function needs(path: string | undefined, name: string, asRoot = false): string | false {
  if (path === undefined) return `needs the program ${name}`
  return asRoot && process.getuid?.() !== 0 ? `needs root to run ${name}` : false
}

export interface Program {
  stop(): Promise<void>
}

interface ProgramOptions {
  readonly uid?: number
  readonly gid?: number
  /** SIGTERM without it. */
  readonly endedBy?: NodeJS.Signals
}

/** Resolves when it listens there. Fails with what it wrote when it ends before that. */
export async function startProgram(
  path: string,
  args: readonly string[],
  place: { readonly port: number } | { readonly path: string },
  { endedBy = 'SIGTERM', ...options }: ProgramOptions = {},
): Promise<Program> {
  const child = spawn(path, args, {
    ...options,
    // Of a group of its own: at its end saslauthd kills its whole group.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/bin' },
  })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (octets: Buffer) => (written += octets.toString()))
  child.on('error', (error) => (written += error.message))
  while (!(await isListening(place))) {
    assert.ok(isRunning(child), `${path} ended: ${written}`)
    await setTimeout(POLL_MILLISECONDS)
  }
  return { stop: () => stop(child, endedBy) }
}

const POLL_MILLISECONDS = 20

function isRunning({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

async function isListening(place: { readonly port: number } | { readonly path: string }): Promise<boolean> {
  const socket = connect({ ...place, ...('port' in place && { host: '127.0.0.1' }) })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return
  child.kill(signal)
  await once(child, 'exit')
}
