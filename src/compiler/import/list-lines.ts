/** Whether a text of another program can be used as a list file as it is. */
import type { ListKind } from '../../core/list.ts'
import { listEntries } from '../../language/files/list-file.ts'
import { ListBuilder } from '../lists/index.ts'

/** Every line is an entry of this kind, and there are so many: none was a continuation, none two in one. */
export function isListOf(kind: ListKind, text: string, path: string, count: number): boolean {
  let isFine = true
  let lines = 0
  const list = new ListBuilder(kind, path, () => (isFine = false))
  for (const one of listEntries(text, path)) {
    list.add(one)
    lines += 1
  }
  return isFine && lines === count
}
