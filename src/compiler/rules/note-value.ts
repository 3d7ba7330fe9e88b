/** Notes as rules read them: where one may live, on the recipient, the transaction, the connection, in this order. */
import type { HookContext } from '../../core/context.ts'
import type { NoteValue } from '../../core/notes.ts'
import type { Span } from '../../language/diagnostic.ts'
import type { Scope } from './scope.ts'

export function readNote({ connection, transaction, recipient }: HookContext, name: string): NoteValue | undefined {
  return recipient?.notes.get(name) ?? transaction?.notes.get(name) ?? connection.notes.get(name)
}

/** Enters it in the books: somebody reads this note, and a recipient's own makes recipients differ. */
export function readNoteOf(name: string, at: Span, scope: Scope): void {
  scope.notes.read(name, { plugin: scope.plugin, hook: scope.hook, rule: scope.rule, at })
  if (scope.notes.scopeOf(name) === 'recipient')
    scope.split.read(scope, at, { name: `note.${name}`, read: ({ notes }) => notes.get(name) })
}
