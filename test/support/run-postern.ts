/** The command line as a program of its own, behind the tripwire. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { TRIPWIRE } from './no-network.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXECUTABLE = join(ROOT, 'src/cli/postern.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs in the project's own folder. */
export function runPostern(args: readonly string[], input = ''): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...TRIPWIRE, EXECUTABLE, ...args], {
    cwd: ROOT,
    env: { ...process.env, GITHUB_ACTIONS: '', NO_COLOR: '1' },
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return { code: status, stdout, stderr }
}
