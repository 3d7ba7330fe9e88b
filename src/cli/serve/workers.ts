/** How many processes are to serve. */
import { availableParallelism } from 'node:os'
import type { SiteSettings } from '../../compiler/load-site.ts'

export function workersOf({ life: { workers } }: Pick<SiteSettings, 'life'>): number {
  return workers === 'auto' ? availableParallelism() : workers
}
