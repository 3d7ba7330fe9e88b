/** Two sites that are texts, compared. */
import assert from 'node:assert/strict'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { type Changes, changesBetween } from '../../../src/testing/diff/changes.ts'
import { type DiffFound, type DiffSide, diffSites } from '../../../src/testing/diff/diff-sites.ts'
import { inventoryOf } from '../../../src/testing/diff/inventory.ts'
import type { Site } from '../../../src/core/site.ts'
import { findingLines, type MemorySite } from '../../compiler/memory-site.ts'
import { fakeClock } from '../../support/fake-clock.ts'

export async function diffed(before: MemorySite, after: MemorySite): Promise<DiffFound> {
  return diffSites([sideOf(before), sideOf(after)], changes(before, after))
}

export function changes(before: MemorySite, after: MemorySite): Changes {
  const [one, other] = [before, after].map((loaded) =>
    inventoryOf({ outline: loaded.outline ?? assert.fail(), site: siteOf(loaded), files: new Map() }),
  )
  return changesBetween(one ?? assert.fail(), other ?? assert.fail())
}

function sideOf(loaded: MemorySite): DiffSide {
  const { program, hostname } = siteOf(loaded)
  const dispatch = createDispatcher(program, { deadline: 1000, trace: true })
  const world = { clock: fakeClock(), log: { write: () => undefined } }
  return {
    outline: loaded.outline ?? assert.fail(),
    program,
    judges: { dispatch, hostname, split: program.split, world },
  }
}

function siteOf({ site, report }: MemorySite): Site {
  return site ?? assert.fail(findingLines(report).join('\n'))
}
