/** What a fault of the file system means for the message: it is deferred, whatever it is. */
import { constants } from 'node:os'
import type { DeliveryOutcome } from '../core/delivery.ts'

const NO_SPACE: ReadonlySet<number> = new Set([constants.errno.ENOSPC, constants.errno.EDQUOT])

/** The client learns the kind of fault, never a path. Throws again what is no fault of the file system. */
export function storageFault(error: unknown): DeliveryOutcome {
  const number = error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? -error.errno : 0
  if (NO_SPACE.has(number)) return { kind: 'deferred', text: 'Insufficient system storage', status: '4.3.1' }
  if (number === 0) throw error
  const name = Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? 'unknown fault'
  return { kind: 'deferred', text: `The message could not be stored (${name})`, status: '4.3.0' }
}
