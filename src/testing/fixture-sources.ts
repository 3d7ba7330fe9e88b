/** Lists outside from a table: `"ldap://ldap.example": { ann@example.org: "" }`, by the URL as findings show it. */
import type { SourceAnswer, Sources } from '../core/ports.ts'
import type { SourceSpec } from '../core/source.ts'

/** The whole of a source, or that it does not answer. */
export type SourceFixtures = Readonly<Record<string, 'FAILED' | Readonly<Record<string, string>>>>

/** Hears of a source that is not in the table: what to write there, and its URL as findings show it. */
export type OnMissingSource = (entry: string, source: string) => void

/** A source that is not in the table does not answer. */
export function fixtureSources(fixtures: SourceFixtures, onMissing: OnMissingSource): Sources {
  const tables = new Map(Object.entries(fixtures))
  return {
    lookup: async ({ shown }: SourceSpec, key) => {
      const table = tables.get(shown)
      if (table === undefined) onMissing(`"${shown}": { "${key}": "" }`, shown)
      return typeof table === 'object' ? entryOf(table, key) : { kind: 'failed', because: 'no answer' }
    },
  }
}

function entryOf(table: Readonly<Record<string, string>>, key: string): SourceAnswer {
  const found = Object.entries(table).find(([one]) => one.toLowerCase() === key.toLowerCase())
  return found ? { kind: 'found', values: [found[1]] } : { kind: 'none' }
}
