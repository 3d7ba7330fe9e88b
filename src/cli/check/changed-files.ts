/** Files as they will be: what has changed is read from here, everything else from where it lies. */
import type { Files } from '../../core/ports.ts'
import { inOnePiece } from '../../compiler/lists/index-list-file.ts'

/** `changed` may go on changing. `onList` is told of each list file that is there, as often as it is read. */
export function withChanges(files: Files, changed: ReadonlyMap<string, string>, onList: (path: string) => void): Files {
  return {
    read: async (path, most) => changed.get(path) ?? files.read(path, most),
    pieces: async (path) => {
      const text = changed.get(path)
      const pieces = text === undefined ? await files.pieces?.(path) : inOnePiece(text)
      if (pieces) onList(path)
      return pieces
    },
  }
}
