/** Programs, sockets and files that words and deliveries name in their options: there, and ours to use? */
import { access, constants, stat } from 'node:fs/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import type { Clock } from '../../core/ports.ts'
import { errorCode, reasonOf } from '../../core/reason.ts'
import { openGeoIp } from '../../ports/geoip.ts'
import { error, type Finding, ok } from './finding.ts'
import { lookAtSecret } from './look-at-files.ts'

export interface Means {
  /** `program of exec` */
  readonly about: string
  readonly path: string
  readonly look: Look
}

/** A path that is there. */
type Look = (about: string, path: string, clock: Pick<Clock, 'now'>) => Promise<Finding>

/** What an option of this name holds, whichever word has it. */
const LOOKS: ReadonlyMap<string, Look> = new Map<string, Look>([
  ['program', lookAtProgram],
  ['command', lookAtProgram],
  ['socket', lookAtSocket],
  ['databases', lookAtDatabase],
  ['ca_file', lookAtFile],
  ['file', lookAtSecret],
  ['password_file', lookAtSecret],
  ['bind_password_file', lookAtSecret],
  ['token_file', lookAtSecret],
])

export function meansIn(word: string, options: Readonly<Record<string, unknown>>): readonly Means[] {
  return Object.entries(options).flatMap(([option, given]) => {
    const look = LOOKS.get(option)
    if (!look) return []
    const values = [given].flat().filter((one) => typeof one === 'string')
    const paths = option === 'command' ? values.slice(0, 1) : values
    return paths.map((path) => ({ about: `${option} of ${word}`, path: resolve(path), look }))
  })
}

export async function lookAtMeans({ about: what, path, look }: Means, clock: Pick<Clock, 'now'>): Promise<Finding> {
  const about = `${what} ${path}`
  const fault = await stat(path).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (errorCode(fault) === 'ENOENT') return error(about, 'there is no such file')
  return fault === undefined ? look(about, path, clock) : error(about, reasonOf(fault))
}

async function lookAtProgram(about: string, path: string): Promise<Finding> {
  if (!(await stat(path)).isFile()) return error(about, 'it is no program')
  return access(path, constants.X_OK).then(
    () => ok(about, 'can be started'),
    () => error(about, 'it cannot be started by us', `chmod +x ${path}`),
  )
}

async function lookAtSocket(about: string, path: string): Promise<Finding> {
  const socket = connect({ path })
  try {
    await once(socket, 'connect')
    return ok(about, 'somebody listens')
  } catch (fault) {
    const isAlone = ['ECONNREFUSED', 'ENOTSOCK'].includes(errorCode(fault) ?? '')
    return error(about, isAlone ? 'nobody listens on it' : reasonOf(fault))
  } finally {
    socket.destroy()
  }
}

async function lookAtDatabase(about: string, path: string, clock: Pick<Clock, 'now'>): Promise<Finding> {
  return openGeoIp(clock)
    .find(path, '192.0.2.1')
    .then(
      () => ok(about, 'can be read'),
      (fault: unknown) => error(about, reasonOf(fault)),
    )
}

async function lookAtFile(about: string, path: string): Promise<Finding> {
  return access(path, constants.R_OK).then(
    () => ok(about, 'can be read'),
    () => error(about, 'it cannot be read by us'),
  )
}
