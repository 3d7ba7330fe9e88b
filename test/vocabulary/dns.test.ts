import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dns } from '../../src/vocabulary/dns.ts'
import { answerOf } from './ask.ts'

test('a name with a record is a hit, and its records are found', async () => {
  const records = { 'x.example MX': ['10 a.x.example', '20 b.x.example'] }
  assert.deepEqual((await answerOf(dns, { type: 'MX', name: 'X.example.' }, { dns: records })).found, {
    name: 'x.example',
    value: '10 a.x.example',
    values: '10 a.x.example, 20 b.x.example',
    count: '2',
  })
})

test('the reversed address of the client stands before a zone', async () => {
  const situation = { ip: '192.0.2.7', dns: { '7.2.0.192.asn.example TXT': ['64500'] } }
  assert.equal((await answerOf(dns, { type: 'TXT', zone: 'asn.example' }, situation)).found?.['value'], '64500')
})

test('a name without one is a miss', async () => {
  assert.deepEqual(await answerOf(dns, { name: 'x.example' }, {}), {
    truth: 'miss',
    because: 'x.example A: none',
    found: { name: 'x.example' },
  })
})

test('what is no domain name is asked of nobody', async () => {
  for (const name of ['', 'a..b', 'x y', `${'a'.repeat(64)}.example`])
    assert.equal((await answerOf(dns, { name }, {})).truth, 'miss')
})

test('no answer is unknown', async () => {
  assert.equal((await answerOf(dns, { name: 'x.example' }, { dns: { 'x.example A': 'SERVFAIL' } })).truth, 'unknown')
})

test('a name and a zone, or neither, make no sense', async () => {
  assert.throws(() => answerOf(dns, {}, {}), /either a `name` or a `zone`/)
  assert.throws(() => answerOf(dns, { name: 'x.example', zone: 'y.example' }, {}), /either/)
  assert.throws(() => answerOf(dns, { zone: 'a..b' }, {}), /is no DNS zone/)
})
