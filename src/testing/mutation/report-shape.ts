/** The part of a report that `postern test --mutate` writes. */
import type { FromSchema, Schema } from '../../core/schema.ts'
import { COLUMN, COUNT, FILE, LINE, TEXT } from '../../language/render/json.ts'
import { MUTATION_NAMES } from '../../language/files/mutation-schema.ts'

const SURVIVOR_SCHEMA = {
  type: 'object',
  required: ['file', 'line', 'column', 'mutation', 'name', 'what', 'diff', 'tests'],
  properties: {
    file: FILE,
    line: LINE,
    column: COLUMN,
    mutation: { type: 'string', enum: MUTATION_NAMES, description: 'The kind of change' },
    name: { type: 'string', description: 'Of the rule, list or plugin' },
    hook: { ...TEXT, description: 'The hook of the rule' },
    what: { type: 'string', description: 'The change in words' },
    diff: {
      type: 'array',
      items: {
        type: 'object',
        required: ['sign', 'text'],
        properties: {
          sign: { type: 'string', enum: ['-', '+', ' '], description: 'Taken away, added, or there before and after' },
          text: { ...TEXT, description: 'The line, without its end' },
        },
      },
      description: 'The lines that change',
    },
    tests: { ...COUNT, description: 'Tests that touch it and do not notice' },
    accepted: { type: 'string', description: 'Why it may survive, as the rule says' },
  },
} as const satisfies Schema

export const MUTATION_SCHEMA = {
  type: 'object',
  required: ['mutants', 'killed', 'survived', 'accepted', 'left_out', 'max_survivors', 'survivors', 'idle'],
  properties: {
    mutants: { ...COUNT, description: 'Mutants that were run and count' },
    killed: { ...COUNT, description: 'Noticed by a test' },
    survived: { ...COUNT, description: 'Noticed by none, without a reason stated for it' },
    accepted: { ...COUNT, description: 'Noticed by none, with a reason stated' },
    left_out: { ...COUNT, description: 'Not run: more than `--max-mutants`, or of other shards' },
    max_survivors: { ...COUNT, description: 'How many may survive without a reason' },
    survivors: { type: 'array', items: SURVIVOR_SCHEMA, description: 'Those that survived, accepted or not' },
    idle: {
      type: 'array',
      items: {
        type: 'object',
        required: ['file', 'line', 'reason'],
        properties: { file: FILE, line: LINE, reason: { ...TEXT, description: 'As the rule states it' } },
      },
      description: 'Reasons stated where nothing survives; known when all mutants ran',
    },
  },
} as const satisfies Schema

export type MutationReport = FromSchema<typeof MUTATION_SCHEMA>
export type JsonSurvivor = FromSchema<typeof SURVIVOR_SCHEMA>
