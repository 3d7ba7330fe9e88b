/**
 * Recipients' own files for `explain`: read where they lie, as policies are, unless the session says what stands there.
 * Every other source is what the session says it is.
 */
import type { Ports, Sources } from '../../core/ports.ts'
import { SharedLinks } from '../../ports/shared-links.ts'
import { openSource } from '../../ports/sources/open-source.ts'
import { systemClock } from '../../ports/system-clock.ts'
import type { SessionRecord } from '../../testing/session-record.ts'

export function withOwnFiles(offline: Ports, { sources = {} }: SessionRecord): Ports {
  const given = new Set(Object.keys(sources))
  const asked: Sources = {
    async lookup(source, key) {
      const isRead = source.scheme === 'own' && !given.has(source.shown)
      if (isRead) return openSource(source, WORLD).lookup(key)
      return offline.sources?.lookup(source, key) ?? { kind: 'failed', because: 'no answer' }
    },
  }
  return { ...offline, sources: asked }
}

/** Files ask nobody. */
const WORLD = {
  clock: systemClock(),
  chance: () => 0,
  log: { write: () => undefined },
  resolver: { resolve: async () => ({ kind: 'none' }) as const },
  env: () => undefined,
  links: new SharedLinks(),
}
