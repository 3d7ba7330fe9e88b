/** Options that several ways of delivery share. */
import type { Schema } from '../core/schema.ts'

export const TIMEOUT = {
  type: 'string',
  format: 'duration',
  default: '60s',
  description: 'Time for the whole delivery',
} as const satisfies Schema
