/** What a test expects against what happened: each field by itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Decision } from '../../src/core/decision.ts'
import { makeField } from '../../src/core/mail/header.ts'
import { memoryBody, Message } from '../../src/core/mail/message.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import { newConnection, newRecipient, newTransaction } from '../../src/core/session.ts'
import { compare } from '../../src/testing/compare.ts'
import type { Expectation } from '../../src/testing/test-case.ts'
import type { Walked } from '../../src/testing/walk.ts'
import { address } from '../support/address.ts'

const MONITORED = { plugin: 'new', rule: 'n', at: 'x:1:1', verdict: { code: 'DENYSOFT' } } as const

function decision(parts: Partial<Decision>): Decision {
  return { hook: 'mail', return: 'DECLINED', reply: '', disconnect: false, notes: {}, headers: [], trace: [], ...parts }
}

function outcome({ hook, return: code }: Decision, monitored: Outcome['monitored'] = []): Outcome {
  return { hook, verdict: { code }, by: undefined, monitored, delay: 0, trace: undefined }
}

function walked(): Walked {
  const connection = newConnection({
    id: 'c1',
    remote: { ip: '192.0.2.7', port: 1 },
    local: { ip: '192.0.2.1', port: 25 },
    listener: 'smtp',
    startedAt: 0,
    env: new Map(),
  })
  connection.relayClient = true
  connection.score = -3
  connection.notes.set('early', true)
  const transaction = newTransaction('t1')
  transaction.immune = true
  transaction.notes.set('late', 7)
  const [ann, bob] = [newRecipient(address('ann@example.org')), newRecipient(address('bob@example.org'))]
  ann.notes.set('mine', 'x')
  transaction.recipients.push(ann, bob)
  transaction.message = Message.of(makeField('Subject', 'hi').raw, memoryBody(Buffer.from('')))
  const decisions = [
    decision({
      hook: 'mail',
      trace: [{ plugin: 'p', rule: 'r', at: 'x:1:1', truth: 'unknown', atoms: [], effects: [] }],
    }),
    decision({
      hook: 'rcpt',
      rcpt: 'ann@example.org',
      return: 'DENY',
      message: 'not here',
      reply: '550 5.1.1 not here',
      plugin: 'house',
      rule: 'gone',
      disconnect: true,
    }),
    decision({ hook: 'rcpt', rcpt: 'bob@example.org', return: 'OK', reply: '250 2.1.5 ok' }),
  ]
  const outcomes = decisions.map((one) => outcome(one, one.rcpt === 'bob@example.org' ? [MONITORED] : []))
  return { decisions, outcomes, accepted: ['bob@example.org'], connection, transaction }
}

const HOLDS: Readonly<Record<string, Expectation>> = {
  'the last decision, without a hook': { return: 'OK', plugin: 'none', rule: 'none', message: '', disconnect: false },
  'the first decision of a hook': { hook: 'rcpt', return: 'DENY', rule: 'gone', plugin: 'house', disconnect: true },
  'the decision about one recipient': { hook: 'rcpt', rcpt: 'bob@example.org', return: 'OK' },
  'a recipient without a hook': { rcpt: 'ann@example.org', return: 'DENY' },
  'the text, whole': { hook: 'rcpt', message: 'not here' },
  'the beginning of the reply': { hook: 'rcpt', reply: '550 5.1' },
  'a rule that could not be decided': { hook: 'mail', unknown: true },
  'none that could not': { hook: 'rcpt', unknown: false },
  'what a monitored rule would have answered': { would: 'DENYSOFT' },
  'the recipients accepted, as one or as a list': { accepted: 'bob@example.org' },
  'the client in the end': { relay_client: true, immune: true, score: -3 },
  'notes, wherever they live': { notes: { early: true, late: 7, mine: 'x', other: 'absent' } },
  'header fields, by any case of their name': { headers: { subject: 'hi', 'X-A': 'absent' } },
}

const FAILS: readonly (readonly [Expectation, string])[] = [
  [{ return: 'DENY' }, 'return: DENY, not OK'],
  [{ hook: 'rcpt', rule: 'other' }, 'rule: other, not gone'],
  [{ hook: 'rcpt', plugin: 'none' }, 'plugin: none, not house'],
  [{ hook: 'rcpt', message: 'not' }, 'message: not, not not here'],
  [{ hook: 'rcpt', reply: '5.1.1' }, 'reply: 5.1.1, not 550 5.1.1 not here'],
  [{ hook: 'rcpt', disconnect: false }, 'disconnect: false, not true'],
  [{ hook: 'mail', unknown: false }, 'unknown: false, not true'],
  [{ hook: 'rcpt', would: 'DENY' }, 'would: DENY, not none'],
  [
    { accepted: ['ann@example.org', 'bob@example.org'] },
    'accepted: ann@example.org, bob@example.org, not bob@example.org',
  ],
  [{ accepted: [] }, 'accepted: [], not bob@example.org'],
  [{ relay_client: false }, 'relay_client: false, not true'],
  [{ score: 0 }, 'score: 0, not -3'],
  [{ notes: { late: '7' } }, 'notes.late: 7, not 7'],
  [{ notes: { gone: 1 } }, 'notes.gone: 1, not absent'],
  [{ headers: { Subject: 'ho' } }, 'headers.Subject: ho, not hi'],
  [{ hook: 'data' }, 'hook: data, not the session ended at rcpt: 250 2.1.5 ok'],
  [
    { hook: 'rcpt', rcpt: 'eve@example.org' },
    'hook: rcpt eve@example.org, not the session ended at rcpt: 250 2.1.5 ok',
  ],
]

describe('what a test may expect', () => {
  for (const [what, expected] of Object.entries(HOLDS))
    it(what, () => {
      assert.deepEqual(compare(expected, walked()), [])
    })
})

describe('what does not hold is said', () => {
  for (const [expected, text] of FAILS)
    it(text, () => {
      const said = compare(expected, walked()).map((one) => `${one.field}: ${one.expected}, not ${one.actual}`)
      assert.deepEqual(said, [text])
    })

  it('all of it at once', () => {
    assert.equal(compare({ return: 'DENY', score: 0, relay_client: false }, walked()).length, 3)
  })

  it('when nothing happened at all', () => {
    const nothing = { ...walked(), decisions: [], outcomes: [] }
    assert.deepEqual(compare({ return: 'OK' }, nothing), [{ field: 'hook', expected: '', actual: 'nothing happened' }])
  })
})
