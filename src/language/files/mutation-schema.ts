/** What `postern test --mutate` changes, and how a rule, a list or an entry says why that may go unnoticed. */
import type { Schema } from '../../core/schema.ts'
import { keysOf } from '../../core/table.ts'

const MUTATIONS = {
  delete: 'a rule is gone',
  return: 'a rule answers something else',
  negate: 'a condition is turned round',
  unless: 'the exemptions of a rule are gone',
  network: 'a network is wider or narrower',
  number: 'a number is one more or one less',
  swap: 'two rules change places',
  value: 'one of several values, or an entry of a list, is gone',
} as const

export type Mutation = keyof typeof MUTATIONS

export const MUTATION_NAMES: readonly Mutation[] = keysOf(MUTATIONS)

export const ACCEPTANCE_SCHEMA = {
  type: 'object',
  required: ['accept'],
  properties: {
    accept: { type: 'string', minLength: 1, description: 'Why no test can notice' },
    of: {
      type: 'array',
      items: { type: 'string', enum: MUTATION_NAMES },
      minItems: 1,
      description: 'For these mutations only',
    },
  },
  description: 'Why changes of it may go unnoticed by `postern test --mutate`',
} as const satisfies Schema
