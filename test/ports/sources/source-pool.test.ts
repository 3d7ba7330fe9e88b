/** One of each source, bounds on what waits for it, and the end of those that nobody names any more. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KeyedSource } from '../../../src/core/ports.ts'
import { readSource, type SourceSpec } from '../../../src/core/source.ts'
import { ASKING_BOUNDS } from '../../../src/ports/bounded-asking.ts'
import { boundedSource } from '../../../src/ports/sources/bounded-source.ts'
import { sourcePool } from '../../../src/ports/sources/source-pool.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { testWorld } from './world.ts'

const spec = (url: string): SourceSpec => readSource({ url, kind: 'address', directory: '/' })
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('the sources of a process', () => {
  function rig() {
    const [opened, closed, clock]: [string[], string[], ReturnType<typeof fakeClock>] = [[], [], fakeClock()]
    const waiting: (() => void)[] = []
    const open = ({ shown }: SourceSpec): KeyedSource => {
      if (shown === 'cdb:broken') throw new Error('it is broken')
      opened.push(shown)
      return {
        lookup: (key) =>
          key === 'slow'
            ? new Promise((resolve) => waiting.push(() => resolve({ kind: 'none' })))
            : Promise.resolve({ kind: 'none' }),
        close: async () => void closed.push(shown),
      }
    }
    return { pool: sourcePool(testWorld({ clock }), open), opened, closed, clock, waiting }
  }

  it('are opened when they are first asked, once, whoever names them', async () => {
    const { pool, opened } = rig()
    pool.use([spec('cdb:a'), spec('cdb:b')])
    assert.deepEqual(opened, [])
    await Promise.all([pool.lookup(spec('cdb:a'), 'x'), pool.lookup(spec('cdb:a'), 'y')])
    assert.deepEqual(opened, ['cdb:a'])
  })
  it('are fetched at once where they are loaded whole', () => {
    const { pool, opened } = rig()
    pool.use([spec('https://lists.example/x'), spec('https://lists.example/{key}')])
    assert.deepEqual(opened, ['https://lists.example/x'])
  })
  it('stay over a reload that names them, and are closed a while after one that does not', async () => {
    const { pool, closed, clock } = rig()
    pool.use([spec('cdb:a'), spec('cdb:b')])
    for (const url of ['cdb:a', 'cdb:b']) await pool.lookup(spec(url), 'x')
    pool.use([spec('cdb:b')])
    clock.advance(59_999)
    assert.deepEqual(closed, [])
    clock.advance(1)
    await turns()
    assert.deepEqual([closed, pool.open()], [['cdb:a'], 1])
  })
  it('are not closed under a session that began before', async () => {
    const { pool, closed, clock, waiting } = rig()
    pool.use([spec('cdb:a')])
    const asked = pool.lookup(spec('cdb:a'), 'slow')
    pool.use([])
    clock.advance(600_000)
    await turns()
    assert.deepEqual(closed, [])
    waiting[0]?.()
    await asked
    clock.advance(59_999)
    await pool.lookup(spec('cdb:a'), 'x')
    clock.advance(59_999)
    assert.deepEqual(closed, [])
    clock.advance(1)
    await turns()
    assert.deepEqual(closed, ['cdb:a'])
  })
  it('that cannot be opened do not answer', async () => {
    const { pool } = rig()
    pool.use([spec('cdb:broken')])
    assert.deepEqual(await pool.lookup(spec('cdb:broken'), 'x'), { kind: 'failed', because: 'it is broken' })
  })
})

describe('questions to one source', () => {
  it('are asked once while an equal one is under way', async () => {
    const asked: string[] = []
    const ask = async (key: string): Promise<undefined> => void asked.push(key)
    const source = boundedSource({ ask, close: async () => undefined }, { timeout: 1000, clock: fakeClock() })
    await Promise.all([source.lookup('a'), source.lookup('a'), source.lookup('b')])
    assert.deepEqual(asked, ['a', 'b'])
  })
  it('have bounds: so many at once, so many that wait, and then no more', async () => {
    let most = 0
    const ask = (_: string, signal: AbortSignal): Promise<undefined> => {
      most += 1
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
    }
    const clock = fakeClock()
    const source = boundedSource({ ask, close: async () => undefined }, { timeout: 1000, clock })
    const all = ASKING_BOUNDS.most + ASKING_BOUNDS.waiting
    const answers = Array.from({ length: all + 1 }, (_, index) => source.lookup(`k${index}`))
    assert.deepEqual(await answers.at(-1), { kind: 'failed', because: 'too many questions wait for it' })
    await turns()
    assert.equal(most, ASKING_BOUNDS.most)
    clock.advance(1000)
    const late = { kind: 'failed', because: 'no answer within 1000 ms' }
    assert.deepEqual(
      await Promise.all(answers.slice(0, all)),
      Array.from({ length: all }, () => late),
    )
    assert.equal(most, ASKING_BOUNDS.most)
    assert.equal(clock.pending(), 0)
  })
  it('that break are no answers, and what they say is short and printable', async () => {
    const ask = async (): Promise<undefined> => {
      throw new Error(`\r\n\u0000${'x'.repeat(1000)}`)
    }
    const source = boundedSource({ ask, close: async () => undefined }, { timeout: 1000, clock: fakeClock() })
    const answer = await source.lookup('a')
    assert.ok(answer.kind === 'failed' && answer.because.length <= 200 && !/[\r\n\0]/.test(answer.because))
  })
})
