/** Reads a note where it may live: on the recipient, the transaction, the connection, in this order. */
import type { HookContext } from '../core/context.ts'
import type { NoteValue } from '../core/notes.ts'

export function readNote({ connection, transaction, recipient }: HookContext, name: string): NoteValue | undefined {
  return recipient?.notes.get(name) ?? transaction?.notes.get(name) ?? connection.notes.get(name)
}
