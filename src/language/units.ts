/**
 * Durations and sizes as people write them.
 *
 * A duration is a number and a unit (`500ms`, `5s`, `10m`, `2h`, `3d`, `1w`), or a plain number of seconds; inside it is
 * milliseconds. A size is `10 MiB` (1024s), `10MB` (1000s), or a plain number of octets. `10M` could be either and is
 * refused. Space before the unit is optional; only sizes ignore case, since `m` and `M` are apart in durations.
 */
const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
])

const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['TiB', 1024 ** 4],
  ['TB', 1000 ** 4],
  ['GiB', 1024 ** 3],
  ['GB', 1000 ** 3],
  ['MiB', 1024 ** 2],
  ['MB', 1000 ** 2],
  ['KiB', 1024],
  ['kB', 1000],
  ['B', 1],
])

const SIZE_UNITS_ANY_CASE = new Map([...SIZE_UNITS].map(([unit, octets]) => [unit.toLowerCase(), octets]))

const QUANTITY = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/

/** Milliseconds; undefined when the text is no duration, or is too long to count in milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = ''] = QUANTITY.exec(text.trim()) ?? []
  return whole(number, DURATION_UNITS.get(unit || 's'))
}

/** Octets; undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = ''] = QUANTITY.exec(text.trim()) ?? []
  return whole(number, SIZE_UNITS_ANY_CASE.get(unit.toLowerCase() || 'b'))
}

function whole(number: string | undefined, unit: number | undefined): number | undefined {
  if (number === undefined || unit === undefined) return undefined
  const value = Math.round(Number(number) * unit)
  return Number.isSafeInteger(value) ? value : undefined
}

/** In the largest unit that comes out even: `90s`, `2h`. */
export function formatDuration(milliseconds: number): string {
  return format(milliseconds, DURATION_UNITS, '')
}

/** In the largest unit that comes out even: `10 MiB`, `10 MB`, `1500 B`. */
export function formatSize(octets: number): string {
  return format(octets, SIZE_UNITS, ' ')
}

function format(value: number, units: ReadonlyMap<string, number>, gap: string): string {
  const [unit, factor] = [...units].find(([, one]) => value !== 0 && value % one === 0) ?? [...units].at(-1) ?? ['', 1]
  return `${value / factor}${gap}${unit}`
}

const DURATION_WORDS: readonly (readonly [pattern: RegExp, unit: string])[] = [
  [/^(?:ms|msecs?|milliseconds?)$/i, 'ms'],
  [/^(?:s|secs?|seconds?)$/i, 's'],
  [/^(?:m|mins?|minutes?)$/i, 'm'],
  [/^(?:h|hrs?|hours?)$/i, 'h'],
  [/^(?:d|days?)$/i, 'd'],
  [/^(?:w|weeks?)$/i, 'w'],
]

/** What was probably meant: `5 minutes` → `5m`. One suggestion a line. */
export function suggestDuration(text: string): string | undefined {
  const [, number, word = ''] = QUANTITY.exec(text.trim().replace(/\s+/g, ' ')) ?? []
  const unit = DURATION_WORDS.find(([pattern]) => pattern.test(word))?.[1]
  return number !== undefined && unit !== undefined ? `${number}${unit}` : undefined
}

/** What was probably meant: `10M` → `10 MiB` or `10 MB`. */
export function suggestSizes(text: string): readonly string[] {
  const [, number, prefix] = /^(\d+(?:\.\d+)?)\s*([kmgt])(?:i|b|ytes?)?$/i.exec(text.trim()) ?? []
  if (number === undefined || prefix === undefined) return []
  const letter = prefix.toUpperCase()
  return [`${number} ${letter}iB`, `${number} ${letter === 'K' ? 'k' : letter}B`]
}
