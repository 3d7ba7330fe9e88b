/** Paths for programs that know one tree of files and nothing outside it. */

/** Relative; a file outside the tree loses the slash or the dots that say so. */
export function inTree(file: string): string {
  return file.replace(/^(?:\.{0,2}\/)+/, '')
}

/** The same as a relative URI reference (RFC 3986): `rules/caf%C3%A9.yaml`. */
export function uriOf(file: string): string {
  return inTree(file.toWellFormed()).split('/').map(encodeURIComponent).join('/')
}
