/** Policies of recipients hold senders and clients: where a fact is masked, none of them is recorded. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type DecisionRecord, masked } from '../../../src/server/life/decision-record.ts'

const RECORD: DecisionRecord = {
  v: 1,
  id: 'c1.1',
  time: '2026-11-20T12:00:00.000Z',
  rules_revision: 'r1',
  connection: 'c1',
  hook: 'rcpt',
  facts: {
    remote_ip: '192.0.2.7',
    sender: 'ann@example.net',
    rcpt: ['bob@example.org'],
    policies: {
      'bob@example.org': { settings: { forward: 'ann@example.net' }, block: ['ann@example.net'], allow: ['192.0.2.7'] },
    },
  },
  path: [],
  decision: { return: 'DENY' },
  took_us: 1,
}

for (const [field, words] of [
  ['sender', ['ann@example.net']],
  ['remote_ip', ['192.0.2.7']],
  ['rcpt', ['bob@example.org']],
] as const)
  it(`${field} is in no policy of a record that masks it`, () => {
    const text = JSON.stringify(masked(RECORD, [field], () => 'hash'))
    for (const word of words) assert.ok(!text.includes(word), text)
  })

it('without a mask policies are recorded', () =>
  assert.deepEqual(
    masked(RECORD, [], () => 'hash'),
    RECORD,
  ))
