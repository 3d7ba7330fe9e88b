/** The places of the log: files we can write to, a syslog socket that takes lines. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { LogDestination } from '../../compiler/settings/log-settings.ts'
import { reasonOf } from '../../core/reason.ts'
import { error, type Finding, ok } from './finding.ts'
import { fileName } from '../../ports/log/log-files.ts'
import { lookAtOutput, lookAtProgram } from './look-at-files.ts'

export async function lookAtLog({ place }: LogDestination): Promise<readonly Finding[]> {
  if (place.kind === 'file') return [await lookAtOutput('log', fileName(place.path, 'parent', new Date()))]
  if (place.kind === 'program') return [await lookAtProgram('log', place.path)]
  return place.kind === 'socket' ? [await lookAtSyslog(place.path)] : []
}

/** Without a line to send, `logger` only connects. */
async function lookAtSyslog(path: string): Promise<Finding> {
  try {
    const program = spawn('logger', ['--socket', path, '--socket-errors=on'], { stdio: 'ignore' })
    const [code]: unknown[] = await once(program, 'exit')
    return code === 0
      ? ok('log', `${path} takes lines`)
      : error('log', `nobody listens on ${path}`, 'is a syslog server running?')
  } catch (fault) {
    return error('log', `the program logger cannot be run: ${reasonOf(fault)}`, "Debian's package is bsdutils")
  }
}
