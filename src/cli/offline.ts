/** The world of offline commands: the machine's clock for deadlines, no log. */
import { systemClock } from '../ports/system-clock.ts'
import type { OfflineWorld } from '../testing/offline-ports.ts'

export function offlineWorld(): Omit<OfflineWorld, 'onMissingDns' | 'onMissingAnswer'> {
  return { clock: systemClock(), log: { write: () => undefined } }
}
