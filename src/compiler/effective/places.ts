/** Places as people are shown them: `file:line`. */
import type { Span } from '../../language/diagnostic.ts'

export interface Places {
  readonly of: (span: Span) => string
  /** A path, or a text that begins with one and ends in `:line` or `:line:column`. */
  readonly shown: (path: string) => string
}

export function placesAs(shown: (path: string) => string): Places {
  return {
    of: ({ file, range }) => `${shown(file)}:${range.start.line}`,
    shown,
  }
}
