/**
 * Notes: what rules remember. They live on the connection, the transaction or the recipient, and die with it.
 *
 * Names may come from attackers' text only through TypeScript plugins; a Map keeps `__proto__` an ordinary name.
 */
export type NoteValue = string | number | boolean
export type NoteScope = 'connection' | 'transaction' | 'recipient'

export type Notes = Map<string, NoteValue>

export function notesToJson(notes: ReadonlyMap<string, NoteValue>): Record<string, NoteValue> {
  return Object.assign(Object.create(null) as Record<string, NoteValue>, Object.fromEntries(notes))
}
