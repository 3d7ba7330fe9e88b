/** What a site file says about its log, ready for use: places taken apart, names of files made whole. */
import { resolve } from 'node:path'
import type { LogLevel } from '../core/effect.ts'
import type { FromSchema } from '../core/schema.ts'
import type { Facility, LOG_SCHEMA } from '../language/log-schema.ts'

export type LogPlace =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'stderr' }
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'socket'; readonly path: string } & Syslog)
  | ({ readonly kind: 'udp'; readonly address: string; readonly port: number } & Syslog)

interface Syslog {
  readonly facility: Facility
  /** Printable, without spaces. */
  readonly tag: string
}

export interface LogDestination {
  readonly level: LogLevel
  readonly place: LogPlace
}

type LogOptions = FromSchema<typeof LOG_SCHEMA>
type PlaceOptions = NonNullable<LogOptions['to']>[number]

/** At least one. */
export function logSettings(
  { level, file, to = [] }: Partial<LogOptions>,
  directory: string,
): readonly LogDestination[] {
  const general = level ?? 'info'
  const named = to.map((one) => ({ level: one.level ?? general, place: placeOf(one, directory) }))
  if (file !== undefined) named.unshift({ level: general, place: { kind: 'file', path: resolve(directory, file) } })
  return named.length > 0 ? named : [{ level: general, place: { kind: 'stderr' } }]
}

/** The schema holds the forms. */
function placeOf({ place, facility, tag }: PlaceOptions, directory: string): LogPlace {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(place) ?? []
  if (scheme === 'file') return { kind: 'file', path: resolve(directory, rest) }
  const [, address, port] = /^\/\/\[?(.*?)\]?:(\d+)$/.exec(rest) ?? []
  if (address !== undefined) return { kind: 'udp', address, port: Number(port), facility, tag }
  if (scheme === 'syslog') return { kind: 'socket', path: rest, facility, tag }
  return { kind: scheme === 'stdout' ? 'stdout' : 'stderr' }
}
