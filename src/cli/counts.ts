/** Numbers in sentences for people. */

/** `3 files`, `1 file`. */
export function count(number: number, noun: string): string {
  return `${number} ${plural(number, noun)}`
}

/** `12,345`, `12,345 decisions`: in groups of three, for what is counted in a log. */
export function counted(number: number, noun?: string): string {
  const digits = number.toLocaleString('en')
  return noun === undefined ? digits : `${digits} ${plural(number, noun)}`
}

function plural(number: number, noun: string): string {
  return number === 1 ? noun : `${noun}s`
}
