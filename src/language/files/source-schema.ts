/** What a source outside is told besides its URL, wherever one is named. */
import type { Schema } from '../../core/schema.ts'

export const SOURCE_OPTIONS = {
  type: 'object',
  additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] },
  description: 'What the source is told: the same as behind `#` of its URL',
} as const satisfies Schema
