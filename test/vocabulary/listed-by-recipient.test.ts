import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type RecipientPolicy, recipientPolicy } from '../../src/core/policy.ts'
import type { Match } from '../../src/core/word.ts'
import { SettingBook } from '../../src/compiler/policies/setting-book.ts'
import { readPolicyText } from '../../src/compiler/policies/read-policy.ts'
import { defaultLimits } from '../../src/core/limits.ts'
import { listedByRecipient } from '../../src/vocabulary/listed-by-recipient.ts'
import { answerOf } from './ask.ts'

const TEXT = `allow: [ann@b.example, "@c.example", .d.example, 192.0.2.7]
block: [c.example, 2001:db8::/32, 203.0.113.]
`

function policy(): RecipientPolicy {
  const rules = { settings: new SettingBook(), skippable: [], limits: defaultLimits() }
  const read = readPolicyText(TEXT, 'x.yaml', rules)
  assert.ok(read.ok, JSON.stringify(read))
  return recipientPolicy(read.policy, { because: 'a test' })
}

function ask(list: string, sender: string, ip = '198.51.100.1'): Promise<Match> {
  return answerOf(listedByRecipient, { list }, { ip, sender, rcpt: 'x@y.example', policy: policy() })
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

  test('without a policy', async () => {
    const situation = { ip: '192.0.2.7', sender: 'ann@b.example', rcpt: 'x@y.example' }
    assert.equal((await answerOf(listedByRecipient, { list: 'allow' }, situation)).truth, 'miss')
  })
})
