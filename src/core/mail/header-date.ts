/**
 * Dates of messages (RFC 5322 section 3.3, obsolete forms of section 4.3).
 *
 * Strict where `Date.parse` guesses: no zone, no month name or the 31st of June is no date.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Hours. All other alphabetic zones say nothing about the offset and count as UTC. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['edt', -4],
  ['est', -5],
  ['cdt', -5],
  ['cst', -6],
  ['mdt', -6],
  ['mst', -7],
  ['pdt', -7],
  ['pst', -8],
])

const DATE_LENGTH = 256

const DATE_TIME =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun) ?, ?)?(\d{1,2}) ([a-z]{3}) (\d{2,4}) (\d{1,2}) ?: ?(\d{2})(?: ?: ?(\d{2}))? ([+-]\d{4}|[a-z]{1,5})$/i

/** Milliseconds since the epoch; undefined for what is no date. */
export function headerDate(value: string): number | undefined {
  if (value.length > DATE_LENGTH) return undefined
  const match = DATE_TIME.exec(
    withoutComments(value)
      .replace(/[ \t\r\n]+/g, ' ')
      .trim(),
  )
  if (match === null) return undefined
  const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] = match
  const offset = zoneOffset(zone.toLowerCase())
  const time = utc(fullYear(year), MONTHS.indexOf(month.toLowerCase()), Number(day), [hour, minute, second].map(Number))
  return offset === undefined || time === undefined ? undefined : time - offset * 60_000
}

/** Comments nest; one that does not end takes the rest. */
function withoutComments(text: string): string {
  let depth = 0
  let result = ''
  for (const character of text) {
    if (character === '(') depth += 1
    if (depth === 0) result += character
    if (character === ')' && depth > 0) {
      depth -= 1
      result += depth === 0 ? ' ' : ''
    }
  }
  return result
}

/** Two and three digits as in RFC 5322 section 4.3. */
function fullYear(text: string): number {
  const year = Number(text)
  if (text.length === 4) return year
  return year < 50 ? 2000 + year : 1900 + year
}

function utc(year: number, month: number, day: number, clock: readonly number[]): number | undefined {
  const [hour = 0, minute = 0, second = 0] = clock
  if (year < 1900 || month < 0 || hour > 23 || minute > 59 || second > 60) return undefined
  const time = Date.UTC(year, month, day, hour, minute, second)
  const midnight = new Date(Date.UTC(year, month, day))
  return midnight.getUTCDate() === day && midnight.getUTCMonth() === month ? time : undefined
}

/** Minutes east of Greenwich. */
function zoneOffset(zone: string): number | undefined {
  if (!/^[+-]/.test(zone)) return (ZONES.get(zone) ?? 0) * 60
  const minutes = Number(zone.slice(3))
  const size = Number(zone.slice(1, 3)) * 60 + minutes
  if (minutes > 59) return undefined
  return zone.startsWith('-') ? -size : size
}
