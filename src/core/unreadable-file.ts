/** A file that is there and cannot be read as text: what `Files` rejects with, so that findings can stand in the file itself. */
export class UnreadableFile extends Error {
  /** Without its name: `cannot be opened: permission denied`. */
  readonly because: string
  /** The first character that is not UTF-8, from 1; undefined for other faults. */
  readonly notUtf8: { readonly line: number; readonly column: number } | undefined

  constructor(path: string, because: string, notUtf8?: UnreadableFile['notUtf8'], cause?: unknown) {
    super(`${path}${notUtf8 ? `:${notUtf8.line}` : ''} ${because}`, { cause })
    this.because = because
    this.notUtf8 = notUtf8
  }
}
