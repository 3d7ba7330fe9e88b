/** Options that several words share. */
import { findFact } from '../../core/facts.ts'
import type { HookContext } from '../../core/context.ts'
import type { Stage } from '../../core/hook.ts'
import type { Schema } from '../../core/schema.ts'
import { Unknown } from '../../core/truth.ts'
import type { Match } from '../../core/word.ts'

export const TIMEOUT = {
  type: 'string',
  format: 'duration',
  default: '10s',
  description: 'Time for all its DNS queries together; what has not answered by then is unknown',
} as const satisfies Schema

/** Whose name a word asks about. */
export const OF = {
  type: 'string',
  enum: ['sender', 'helo', 'remote_host'],
  default: 'sender',
  description: 'Whose name: the domain of the sender, the HELO name, or the name of the client by PTR look-up',
} as const satisfies Schema
export type Of = (typeof OF.enum)[number]

const FACTS: Readonly<Record<Of, string>> = { sender: 'sender.domain', helo: 'helo', remote_host: 'remote_host' }

export function stageOfName(of: Of): Stage {
  return findFact(FACTS[of])?.definition.stage ?? 'any'
}

/** The name as the session has it: a domain, a literal, or whatever the client said. Absent for the null sender. */
export function nameOf(of: Of, context: HookContext): string | undefined | Unknown {
  const name = findFact(FACTS[of])?.definition.read(context, '')
  return typeof name === 'string' || name instanceof Unknown ? name : undefined
}

export const FIELDS = {
  type: 'array',
  items: { type: 'string' },
  description: 'Names of header fields',
} as const satisfies Schema

/** A hit when some field's values are as `test` says, which finds their names. A field that is not there has no values. */
export function matchFields(
  fields: readonly string[],
  { transaction }: HookContext,
  test: (values: readonly string[]) => boolean,
): Match {
  const message = transaction?.message
  if (!message) return { truth: 'unknown', because: 'there is no message yet' }
  const names = fields.filter((field) => test(message.values(field))).join(', ')
  return names === '' ? { truth: 'miss' } : { truth: 'hit', because: names, found: { names } }
}
