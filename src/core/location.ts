/** Where something was written: a file and a place in it. Lines and columns count from 1. */
export interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
}

export function formatLocation({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`
}
