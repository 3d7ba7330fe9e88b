/** Files as they will be: what has changed is read from here, everything else from where it lies. */
import type { Files } from '../core/ports.ts'
import { inOnePiece } from '../compiler/index-list-file.ts'

/** `changed` may go on changing. */
export function withChanges(files: Files, changed: ReadonlyMap<string, string>): Files {
  return {
    read: async (path, most) => changed.get(path) ?? files.read(path, most),
    pieces: async (path) => {
      const text = changed.get(path)
      return text === undefined ? files.pieces?.(path) : inOnePiece(text)
    },
  }
}
