/** Options that several ways of delivery share. */
import type { Schema } from '../core/schema.ts'

export const TIMEOUT = {
  type: 'string',
  format: 'duration',
  default: '60s',
  description: 'Time for the whole delivery',
} as const satisfies Schema

/** For `compile`: milliseconds, which have to be some. Throws an Error with a plain sentence. */
export function checkTimeout(timeout: number): void {
  if (timeout <= 0) throw new Error('the timeout must be longer than nothing')
}
