/**
 * Times as strftime(3) writes them, in the C locale and the time zone of this machine: names of log files, times of log
 * lines.
 *
 * Not there are weeks of a year (`%G`, `%g`, `%U`, `%V`, `%W`), names of time zones (`%Z`), and what other locales have
 * (`%E…`, `%O…`).
 */
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

type Write = (time: Date) => string

const LETTERS: Readonly<Record<string, Write>> = {
  a: (time) => name(DAYS, time.getDay()).slice(0, 3),
  A: (time) => name(DAYS, time.getDay()),
  b: (time) => name(MONTHS, time.getMonth()).slice(0, 3),
  B: (time) => name(MONTHS, time.getMonth()),
  C: (time) => two(Math.floor(time.getFullYear() / 100)),
  d: (time) => two(time.getDate()),
  e: (time) => String(time.getDate()).padStart(2),
  H: (time) => two(time.getHours()),
  I: (time) => two(hourOfHalf(time)),
  j: (time) => String(dayOfYear(time)).padStart(3, '0'),
  k: (time) => String(time.getHours()).padStart(2),
  l: (time) => String(hourOfHalf(time)).padStart(2),
  m: (time) => two(time.getMonth() + 1),
  M: (time) => two(time.getMinutes()),
  n: () => '\n',
  p: (time) => (time.getHours() < 12 ? 'AM' : 'PM'),
  P: (time) => (time.getHours() < 12 ? 'am' : 'pm'),
  s: (time) => String(Math.floor(time.getTime() / 1000)),
  S: (time) => two(time.getSeconds()),
  t: () => '\t',
  u: (time) => String(time.getDay() || 7),
  w: (time) => String(time.getDay()),
  y: (time) => two(time.getFullYear() % 100),
  Y: (time) => String(time.getFullYear()),
  z: offset,
  '%': () => '%',
}

/** Letters that stand for several others. */
const SHORT: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  h: '%b',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

/** What may stand behind `%`. */
export const STRFTIME_LETTERS = Object.keys({ ...LETTERS, ...SHORT }).join('')

/** What is not known stays as it is. */
export function strftime(format: string, time: Date): string {
  return format.replace(/%([A-Za-z%])/g, (written, letter: string) => {
    const short = Object.hasOwn(SHORT, letter) ? SHORT[letter] : undefined
    if (short !== undefined) return strftime(short, time)
    return (Object.hasOwn(LETTERS, letter) && LETTERS[letter]?.(time)) || written
  })
}

function name(names: readonly string[], index: number): string {
  return names[index] ?? ''
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

function hourOfHalf(time: Date): number {
  return time.getHours() % 12 || 12
}

function dayOfYear(time: Date): number {
  const [today, first] = [
    Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()),
    Date.UTC(time.getFullYear(), 0),
  ]
  return (today - first) / 86_400_000 + 1
}

/** East of Greenwich is `+`. */
function offset(time: Date): string {
  const minutes = -time.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}
