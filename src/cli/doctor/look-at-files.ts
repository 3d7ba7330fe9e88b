/** Files and directories: can we read them, can we write where we must, and who else can. */
import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reasonOf } from '../../core/reason.ts'
import { error, type Finding, ok, warning } from './finding.ts'

const ROOT = 0
const WRITABLE_BY_ALL = 0o002
const READABLE_BY_ALL = 0o004

interface Faults {
  readonly unreadable: string[]
  readonly writable: string[]
  readonly foreign: string[]
}

/** Files that decide about mail, and the directories they are in: ours to read, and nobody else's to change. */
export async function lookAtRules(paths: readonly string[]): Promise<readonly Finding[]> {
  const about = 'files of the site'
  const faults: Faults = { unreadable: [], writable: [], foreign: [] }
  const around = new Set(paths.map((path) => dirname(path)))
  for (const path of [...paths, ...around]) await sort(path, faults)
  const { unreadable, writable, foreign } = faults
  const findings = [
    ...unreadable.map((path) => error(about, `${path} cannot be read by us`)),
    ...writable.map((path) => error(about, `${path} can be changed by everybody`, `chmod o-w ${path}`)),
    ...(foreign.length === 0 ? [] : [warning(about, foreignText(foreign), 'who owns them decides about mail')]),
  ]
  return findings.length > 0 ? findings : [ok(about, `${paths.length}, ours to read and nobody's to change`)]
}

async function sort(path: string, { unreadable, writable, foreign }: Faults): Promise<void> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats) return
  if ((stats.mode & WRITABLE_BY_ALL) !== 0) writable.push(path)
  if (stats.uid !== ROOT && stats.uid !== process.getuid?.()) foreign.push(path)
  if (!(await may(path, constants.R_OK))) unreadable.push(path)
}

function foreignText([first = '', ...others]: readonly string[]): string {
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `${first}${more} belong${others.length === 0 ? 's' : ''} neither to root nor to us`
}

/** A directory that must take files; the nearest one above that is there must let us make it. */
export async function lookAtDirectory(about: string, path: string): Promise<Finding> {
  const stats = await stat(path).catch(() => undefined)
  if (stats && !stats.isDirectory()) return error(about, `${path} is no directory`)
  const place = stats ? path : await nearest(path)
  if (!(await may(place, constants.W_OK | constants.X_OK))) return error(about, `${place} cannot be written to by us`)
  return ok(about, stats ? `${path} can be written to` : `${path} is not there yet and can be made`)
}

/** A file that is appended to. */
export async function lookAtOutput(about: string, path: string): Promise<Finding> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats) return lookAtDirectory(about, dirname(path))
  return (await may(path, constants.W_OK))
    ? ok(about, `${path} can be written to`)
    : error(about, `${path} cannot be written to by us`)
}

/** A program that lines are given to. */
export async function lookAtProgram(about: string, path: string): Promise<Finding> {
  return (await may(path, constants.X_OK))
    ? ok(about, `${path} can be run`)
    : error(about, `${path} cannot be run by us`)
}

export async function lookAtSecret(about: string, path: string): Promise<Finding> {
  try {
    const { mode } = await stat(path)
    await access(path, constants.R_OK)
    return (mode & READABLE_BY_ALL) === 0
      ? ok(about, `${path} is ours to read`)
      : error(about, `${path} can be read by everybody`, `chmod o-r ${path}`)
  } catch (fault) {
    return error(about, reasonOf(fault))
  }
}

async function nearest(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    if ((await stat(place).catch(() => undefined)) || place === dirname(place)) return place
  }
}

async function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  )
}
