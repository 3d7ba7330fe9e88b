/** The dispatcher decides what a naive walk through the same plugins decides, however late its rules answer. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Outcome } from '../../src/core/outcome.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { type Expected, type PluginModel, PLUGINS, programOf, reference, type Told } from './model.ts'
import { DEADLINE, now, situation } from './situation.ts'

const OPTIONS = { deadline: DEADLINE, trace: true }

function told({ verdict, by, monitored }: Outcome): Expected {
  return {
    code: verdict.code,
    by: by && `${by.plugin}/${by.rule}`,
    monitored: monitored.map((one) => one.verdict.code),
  }
}

async function run(plugins: readonly PluginModel[], soon: () => boolean): Promise<Told> {
  const { at } = situation()
  const dispatch = createDispatcher(programOf(plugins, soon), OPTIONS)
  const mail = told(await dispatch(at('mail')))
  const rcpt = told(await dispatch(at('rcpt')))
  return { mail, rcpt, score: at('rcpt').connection.score }
}

function runSynchronously(plugins: readonly PluginModel[]): Told {
  const { at } = situation()
  const dispatch = createDispatcher(
    programOf(plugins, () => true),
    OPTIONS,
  )
  const mail = told(now(dispatch(at('mail'))))
  return { mail, rcpt: told(now(dispatch(at('rcpt')))), score: at('rcpt').connection.score }
}

describe('the dispatcher against a naive one', () => {
  it('decides the same, and without a promise when no rule waits', () => {
    fc.assert(
      fc.property(PLUGINS, (plugins) => assert.deepEqual(runSynchronously(plugins), reference(plugins))),
      { numRuns: 2000 },
    )
  })

  it('decides the same when all rules answer later', () =>
    fc.assert(
      fc.asyncProperty(PLUGINS, async (plugins) =>
        assert.deepEqual(await run(plugins, () => false), reference(plugins)),
      ),
      { numRuns: 300 },
    ))

  it('decides the same when some rules answer later', () =>
    fc.assert(
      fc.asyncProperty(PLUGINS, fc.infiniteStream(fc.boolean()), async (plugins, flips) =>
        assert.deepEqual(await run(plugins, () => flips.next().value), reference(plugins)),
      ),
      { numRuns: 300 },
    ))
})
