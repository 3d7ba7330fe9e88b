/** Numbers in sentences for people. */

/** `3 files`, `1 file`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** `12,345`: in groups of three, for what is counted in a log. */
export function counted(number: number): string {
  return number.toLocaleString('en')
}
