/** What a site and its plugins say about the log, ready for use: places taken apart, names of files made whole. */
import { resolve } from 'node:path'
import type { LogLevel } from '../../core/effect.ts'
import { LIMITS } from '../../core/limits.ts'
import type { FromSchema } from '../../core/schema.ts'
import type { Facility, LOG_SCHEMA, PLACES_SCHEMA } from '../../language/files/log-schema.ts'

export type LogPlace =
  | ({ readonly kind: 'stdout' | 'stderr' } & Lines)
  | ({ readonly kind: 'file' } & LogFile & Lines)
  | ({ readonly kind: 'program'; readonly path: string; readonly arguments: readonly string[] } & Lines)
  | ({ readonly kind: 'socket'; readonly path: string } & Syslog)
  | ({ readonly kind: 'udp'; readonly address: string; readonly port: number } & Syslog)

export interface LogFile {
  /** As strftime has it, with `%i` for the session. */
  readonly path: string
  /** All lines of a session go to the file of its first. */
  readonly nosplit?: true
  /** It is opened anew for each session. */
  readonly reopen?: true
}

interface Lines {
  /** JSON without it. */
  readonly format?: 'text'
  /** As strftime has it; ISO 8601 without it. */
  readonly time?: string
}

interface Syslog {
  readonly facility: Facility
  /** Printable, without spaces. */
  readonly tag: string
}

export interface LogDestination {
  readonly level: LogLevel
  readonly place: LogPlace
  /** Lines of these are written whatever their level is. */
  readonly plugins?: readonly string[]
  readonly prefix?: string
  readonly kept?: KeptLines
}

/** Lines of a session that wait for what becomes of its transaction. */
export interface KeptLines {
  readonly until: 'accepted' | 'refused'
  /** Of one session. */
  readonly most: number
}

type LogOptions = FromSchema<typeof LOG_SCHEMA>
export type PlaceOptions = FromSchema<typeof PLACES_SCHEMA>[number]

export interface LogSurroundings {
  readonly directory: string
  /** Places that plugins bring; undefined where none brings any. */
  readonly ofPlugins?: readonly PlaceOptions[] | undefined
  /** Lines that wait, of one session. */
  readonly mostKept?: number
}

/** Standard error where neither the site nor a plugin names a place. */
export function logSettings(
  { level = 'info', file, to = [] }: Partial<LogOptions>,
  { directory, ofPlugins, mostKept = LIMITS.log_kept.default }: LogSurroundings,
): readonly LogDestination[] {
  const places = [...to, ...(ofPlugins ?? [])].map((one) => destinationOf(one, level, directory, mostKept))
  if (file !== undefined) places.unshift({ level, place: { kind: 'file', path: resolve(directory, file) } })
  return places.length > 0 || ofPlugins ? places : [{ level, place: { kind: 'stderr' } }]
}

function destinationOf(one: PlaceOptions, general: LogLevel, directory: string, most: number): LogDestination {
  const { plugins, prefix, when } = one
  return {
    level: one.level ?? general,
    place: placeOf(one, directory),
    ...(plugins && { plugins }),
    ...(prefix !== undefined && { prefix }),
    ...(when && { kept: { until: when, most } }),
  }
}

/** The schema holds the forms. */
function placeOf(options: PlaceOptions, directory: string): LogPlace {
  const { place, facility, tag, nosplit, reopen } = options
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(place) ?? []
  const [, address, port] = /^\/\/\[?(.*?)\]?:(\d+)$/.exec(rest) ?? []
  const ways = { ...(nosplit && { nosplit }), ...(reopen && { reopen }) }
  const lines = linesOf(options)
  if (scheme === 'file') return { kind: 'file', path: resolve(directory, rest), ...ways, ...lines }
  if (scheme === 'program') return { kind: 'program', path: rest, arguments: options.arguments, ...lines }
  if (address !== undefined) return { kind: 'udp', address, port: Number(port), facility, tag }
  if (scheme === 'syslog') return { kind: 'socket', path: rest, facility, tag }
  return { kind: scheme === 'stdout' ? 'stdout' : 'stderr', ...lines }
}

function linesOf({ format, time }: PlaceOptions): Lines {
  return { ...(format === 'text' && { format }), ...(time !== undefined && { time }) }
}
