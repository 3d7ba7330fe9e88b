/** `*` and `?` as a regular expression for the whole text. */
export function globToRegex(glob: string): string {
  const body = glob.replace(/[\\^$.*+?()[\]{}|]/g, (character) => {
    if (character === '*') return '.*'
    return character === '?' ? '.' : `\\${character}`
  })
  return `^(?s:${body})$`
}
