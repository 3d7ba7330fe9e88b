/**
 * Lines of the log as syslog has them: `<20>1 2026-11-20T12:00:00.000Z host postern 4711 - - text key=value`.
 *
 * Always one line of printable ASCII: what clients said can neither end it nor begin another one. RFC 5424 section 6;
 * RFC 5426 section 3.2 for the length.
 */
import type { LogLevel } from '../../core/effect.ts'
import type { LogFields } from '../../core/ports.ts'
import type { Facility } from '../../language/files/log-schema.ts'

/** Octets that every receiver should take. */
export const MESSAGE_OCTETS = 2048

/** RFC 5424 section 6.2.1. */
const FACILITIES: Readonly<Record<Facility, number>> = {
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
}
const SEVERITIES: Readonly<Record<LogLevel, number>> = { debug: 7, info: 6, warn: 4, error: 3 }

export function priority(facility: Facility, level: LogLevel): string {
  return `<${FACILITIES[facility] * 8 + SEVERITIES[level]}>`
}

export interface Origin {
  readonly hostname: string
  readonly tag: string
  readonly process: number
}

/** What stands between priority and text, for a receiver elsewhere. */
export function header(time: Date, { hostname, tag, process }: Origin): string {
  const host = hostname.replace(/[^!-~]/g, '').slice(0, 255) || '-'
  return `1 ${time.toISOString()} ${host} ${tag} ${process} - - `
}

/** `text key=value other="a value"`. */
export function messageText(fields: LogFields, text: string): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [` ${name}=${word(value)}`],
  )
  return printable(text) + pairs.join('')
}

function word(value: string | number | boolean): string {
  return typeof value === 'string' && !/^[\w.@:/+-]+$/.test(value) ? escaped(value) : String(value)
}

function printable(text: string): string {
  return escaped(text).slice(1, -1).replaceAll('\\"', '"')
}

/** As in JSON, in ASCII. */
function escaped(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
