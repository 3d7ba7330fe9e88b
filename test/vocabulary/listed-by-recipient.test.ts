import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseMailbox } from '../../src/core/address.ts'
import { type RecipientPolicy, recipientPolicy } from '../../src/core/policy.ts'
import { newRecipient, newTransaction } from '../../src/core/session.ts'
import type { Match } from '../../src/core/word.ts'
import { SettingBook } from '../../src/compiler/policies/setting-book.ts'
import { readPolicyText } from '../../src/compiler/policies/read-policy.ts'
import { defaultLimits } from '../../src/core/limits.ts'
import { listedByRecipient } from '../../src/vocabulary/listed-by-recipient.ts'
import { contextAt } from '../support/hook-context.ts'
import { smtpConnection } from '../support/smtp-rig.ts'

const TEXT = `allow: [ann@b.example, "@c.example", .d.example, 192.0.2.7]
block: [c.example, 2001:db8::/32, 203.0.113.]
`

function policy(): RecipientPolicy {
  const rules = { settings: new SettingBook(), skippable: [], limits: defaultLimits() }
  const read = readPolicyText(TEXT, 'x.yaml', rules)
  assert.ok(read.ok, JSON.stringify(read))
  return recipientPolicy(read.policy, { because: 'a test' })
}

async function ask(list: string, sender: string, ip = '198.51.100.1', isThere = true): Promise<Match> {
  const recipient = newRecipient({ kind: 'postmaster' })
  if (isThere) recipient.policy = policy()
  const transaction = newTransaction('t')
  transaction.sender = parseMailbox(sender) ?? { kind: 'null' }
  const compiled = listedByRecipient.compile({ list }, { list: never, texts: never, lookUp: never })
  return compiled(contextAt('rcpt', { connection: smtpConnection(ip), transaction, recipient }))
}

function never(): never {
  throw new Error('it has no lists of its own')
}

describe('listed_by_recipient: hit', () => {
  for (const [list, sender, ip] of [
    ['allow', 'ANN@b.example'],
    ['allow', 'x@c.example'],
    ['allow', 'x@deep.d.example'],
    ['allow', '', '192.0.2.7'],
    ['block', 'x@c.example'],
    ['block', 'x@y.example', '2001:db8::5'],
    ['block', 'x@y.example', '203.0.113.200'],
  ] as const)
    test(`${list}: <${sender}> from ${ip ?? 'anywhere'}`, async () =>
      assert.equal((await ask(list, sender, ip)).truth, 'hit'))

  test('says which entry, and where it is written', async () =>
    assert.deepEqual(await ask('block', 'x@c.example'), {
      truth: 'hit',
      because: 'x.yaml:2:9',
      found: { entry: 'c.example' },
    }))
})

describe('listed_by_recipient: miss', () => {
  for (const [list, sender, ip] of [
    ['allow', 'bob@b.example'],
    ['allow', 'x@d.example'],
    ['allow', ''],
    ['block', 'ann@b.example'],
    ['block', 'x@sub.c.example'],
    ['block', '', '192.0.2.7'],
  ] as const)
    test(`${list}: <${sender}> from ${ip ?? 'anywhere'}`, async () =>
      assert.equal((await ask(list, sender, ip)).truth, 'miss'))

  test('without a policy', async () =>
    assert.equal((await ask('allow', 'ann@b.example', '192.0.2.7', false)).truth, 'miss'))
})
