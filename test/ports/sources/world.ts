/** The world of a source under test, and the source. */
import type { KeyedSource, LogFields } from '../../../src/core/ports.ts'
import type { ListKind } from '../../../src/core/list.ts'
import { readSource } from '../../../src/core/source.ts'
import { SharedLinks } from '../../../src/ports/shared-links.ts'
import type { SourceWorld } from '../../../src/ports/sources/driver.ts'
import { openSource } from '../../../src/ports/sources/open-source.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'

export interface Said {
  readonly level: string
  readonly fields: LogFields
  readonly text: string
}

export interface TestWorld extends SourceWorld {
  readonly said: readonly Said[]
}

const ENVIRONMENT: ReadonlyMap<string, string> = new Map([['DB_PASSWORD', 'sesame']])

export function testWorld(over: Partial<SourceWorld> = {}): TestWorld {
  const said: Said[] = []
  return {
    clock: systemClock(),
    chance: () => 0.5,
    log: { write: (level, fields, text) => said.push({ level, fields, text }) },
    resolver: { resolve: async () => ({ kind: 'failed', because: 'no name server here' }) },
    env: (name) => ENVIRONMENT.get(name),
    links: new SharedLinks(),
    said,
    ...over,
  }
}

export function sourceAt(url: string, over: Partial<SourceWorld> = {}, kind: ListKind = 'address'): KeyedSource {
  return openSource(readSource({ url, kind, directory: '/' }), testWorld(over))
}
