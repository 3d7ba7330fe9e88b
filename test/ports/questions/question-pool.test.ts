/** A session asks once, others as the cache of the question says, and nobody keeps more than a bound. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { placed, type Question } from '../../../src/core/question.ts'
import type { Found } from '../../../src/ports/questions/contract.ts'
import { type QuestionPool, questionPool, SESSION_MEMORY } from '../../../src/ports/questions/question-pool.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { smtpConnection } from '../../support/smtp-rig.ts'
import { testWorld } from '../sources/world.ts'
import { sqlQuestion } from './questions.ts'

interface Rig {
  readonly pool: QuestionPool
  readonly clock: FakeClock
  readonly asked: string[]
  readonly closed: string[]
}

type Answer = (value: string | undefined) => Found | undefined

function rig(answer: Answer = () => new Map([['a', '1']])): Rig {
  const [clock, asked, closed] = [fakeClock(), [] as string[], [] as string[]]
  const pool = questionPool(testWorld({ clock }), (question) => ({
    ask: async ({ values: [value] }) => {
      asked.push(value ?? 'absent')
      return answer(value)
    },
    close: async () => void closed.push(question.id),
  }))
  return { pool, clock, asked, closed }
}

const question = (cache = 0, text = 'SELECT ${x} AS a'): Question =>
  placed(sqlQuestion(text, { database: 'sqlite:x', cache }), '/')

const about = (value: string | undefined) => ({ values: [value] })

describe('a session', () => {
  it('asks one question once, and others apart', async () => {
    const { pool, asked } = rig()
    const session = smtpConnection()
    for (const value of ['a', 'b', undefined, 'a', 'b', undefined, 'absent'])
      await pool.ask(question(), about(value), session)
    assert.deepEqual(asked, ['a', 'b', 'absent', 'absent'])
    await pool.ask(question(0, 'SELECT ${x} AS b'), about('a'), session)
    assert.equal(asked.length, 5)
  })
  it('does not hear what others heard', async () => {
    const { pool, asked } = rig()
    for (const session of [smtpConnection(), smtpConnection()]) await pool.ask(question(), about('a'), session)
    assert.deepEqual(asked, ['a', 'a'])
  })
  it('remembers that there is nothing, and forgets what failed', async () => {
    const { pool, asked } = rig((value) => {
      if (value === 'broken') throw new Error('away')
      return undefined
    })
    const session = smtpConnection()
    for (const value of ['none', 'broken', 'none', 'broken']) await pool.ask(question(), about(value), session)
    assert.deepEqual(asked, ['none', 'broken', 'broken'])
  })
  it('that goes on for long asks again', async () => {
    const { pool, asked, clock } = rig()
    const session = smtpConnection()
    await pool.ask(question(), about('a'), session)
    clock.advance(SESSION_MEMORY.milliseconds - 1)
    await pool.ask(question(), about('a'), session)
    clock.advance(1)
    await pool.ask(question(), about('a'), session)
    assert.deepEqual(asked, ['a', 'a'])
  })
  it('keeps no more answers than it may, whatever the client asks about', async () => {
    const { pool, asked } = rig()
    const session = smtpConnection()
    const values = Array.from({ length: SESSION_MEMORY.answers + 1 }, (_, index) => String(index))
    for (const value of [...values, '1', '0']) await pool.ask(question(), about(value), session)
    assert.deepEqual(asked.slice(values.length), ['0'])
  })
})

describe('the cache of a question', () => {
  it('is for all sessions, for its time', async () => {
    const { pool, asked, clock } = rig()
    for (const wait of [0, 59_999, 1]) {
      clock.advance(wait)
      await pool.ask(question(60_000), about('a'), smtpConnection())
    }
    assert.deepEqual(asked, ['a', 'a'])
  })
  it('does not hold what failed', async () => {
    const { pool, asked } = rig(() => {
      throw new Error('away')
    })
    for (const session of [smtpConnection(), smtpConnection()])
      assert.deepEqual(await pool.ask(question(60_000), about('a'), session), { kind: 'failed', because: 'away' })
    assert.equal(asked.length, 2)
  })
})

describe('a reload', () => {
  it('closes what no rule asks any more, when nobody has asked for a while', async () => {
    const { pool, clock, closed } = rig()
    const [one, other] = [question(), question(0, 'SELECT ${x} AS b')]
    pool.use([one, other])
    for (const each of [one, other]) await pool.ask(each, about('a'), smtpConnection())
    pool.use([other])
    clock.advance(60_000)
    assert.deepEqual(closed, [one.id])
    await pool.close()
    assert.deepEqual(closed, [one.id, other.id])
  })
})
