/** Records of rules on trial, in any number: what is counted, and what is forgotten in time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Program } from '../../src/core/program.ts'
import type { LoggedDecision } from '../../src/testing/replay.ts'
import type { TrialRow } from '../../src/testing/trial-row.ts'
import { TrialBook } from '../../src/testing/trials.ts'

const NO_RULES: Pick<Program, 'chains'> = { chains: new Map() }
let number = 0

function record(over: Partial<LoggedDecision>): LoggedDecision {
  number += 1
  const time = new Date(Date.UTC(2026, 10, 20) + number).toISOString()
  return { id: `c.${number}`, time, hook: 'mail', facts: {}, decision: { return: 'DECLINED' }, ...over }
}

function would(code: 'OK' | 'DENY' | 'DENYSOFT' | 'DECLINED', rule = 'r'): Pick<LoggedDecision, 'would'> {
  return { would: [{ plugin: 'p', rule, return: code }] }
}

const QUEUED: Partial<LoggedDecision> = { hook: 'queue', decision: { return: 'OK', plugin: 'q', rule: 'all' } }

function told(records: readonly LoggedDecision[]): readonly TrialRow[] {
  const book = new TrialBook(NO_RULES)
  for (const one of records) book.add(one)
  return book.report('2026-11-20').rules
}

function changesOf(rows: readonly TrialRow[]): readonly string[] {
  return rows.flatMap(({ changes }) => changes.map(({ from, to, count }) => `${from} ${to} ${count}`))
}

describe('what a rule on trial would have changed', () => {
  it('is told from what the client heard', () => {
    const refused = { decision: { return: 'DENY', plugin: 'p', rule: 'x' } } as const
    const rows = told([
      record(would('DENY')),
      record(would('DENYSOFT')),
      record(would('DECLINED')),
      record({ ...would('DENY'), ...refused }),
      record({ ...would('OK'), hook: 'rcpt', decision: { return: 'DENY' } }),
    ])
    assert.deepEqual(changesOf(rows), [
      'accept reject 1',
      'accept defer 1',
      'accept leave 1',
      'reject reject 1',
      'reject accept 1',
    ])
  })

  it('is nothing where it has effects alone, and what could not be found out did not hold', () => {
    const step = { plugin: 'p', rule: 'r', mode: 'monitor' } as const
    const [row] = told([
      record({ path: [{ ...step, truth: 'hit' }] }),
      record({ path: [{ ...step, truth: 'unknown' }] }),
    ])
    assert.deepEqual([row?.held, row?.spoke, row?.changes], [1, 0, []])
  })
})

describe('who would have been refused', () => {
  const taken = (records: readonly LoggedDecision[]): readonly number[] => told(records).map((row) => row.taken)

  it('had the message taken, or not', () => {
    const mail = { ...would('DENY'), connection: 'c1', transaction: 't1' }
    assert.deepEqual(taken([record(mail), record({ ...QUEUED, connection: 'c1', transaction: 't1' })]), [1])
    assert.deepEqual(taken([record(mail), record({ ...QUEUED, connection: 'c1', transaction: 't2' })]), [0])
    assert.deepEqual(taken([record(mail), record({ ...QUEUED, transaction: 't1', decision: { return: 'DENY' } })]), [0])
  })

  it('counts once for a connection, whatever it brings', () => {
    const connect = { ...would('DENY'), hook: 'connect', connection: 'c1' } as const
    const queued = (transaction: string) => record({ ...QUEUED, connection: 'c1', transaction })
    assert.deepEqual(taken([record(connect), queued('t1'), queued('t2')]), [1])
  })

  it('is forgotten when ten thousand others came since', () => {
    const before = Array.from({ length: 10_001 }, (_, index) => record({ ...would('DENY'), transaction: `t${index}` }))
    const after = ['t0', 't1'].map((transaction) => record({ ...QUEUED, transaction }))
    assert.deepEqual(taken([...before, ...after]), [1])
  })
})

it('a log cannot name more rules than fit', () => {
  const records = Array.from({ length: 1500 }, (_, index) => record(would('DENY', `r${index}`)))
  assert.equal(told(records).length, 1000)
})
