/** Mechanisms that show the password or the token, and CRAM-MD5: examples of the RFCs, and what is none of theirs. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MECHANISMS, mechanismsFor } from '../../../src/smtp/sasl/mechanisms.ts'
import { converse, cramClient, cramDigest, loginClient, oauthBearerClient, xoauth2Client } from './client.ts'
import { house } from './house.ts'

const TIM = { users: { tim: 'tanstaaftanstaaf' }, tokens: { tim: 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==' } }
const DENIED = { kind: 'failed', because: 'denied' }
const MALFORMED = { kind: 'failed', because: 'malformed' }
const DONE = { kind: 'done', user: 'tim' }

async function first(mechanism: string, response: string | Buffer): Promise<unknown> {
  return house(TIM).start(mechanism).next(Buffer.from(response))
}

describe('PLAIN', () => {
  test('the first example of RFC 4616', async () => {
    assert.deepEqual(await first('PLAIN', '\0tim\0tanstaaftanstaaf'), DONE)
  })
  test('without an initial response it is asked for with an empty challenge', async () => {
    const exchange = house(TIM).start('PLAIN')
    assert.deepEqual(await exchange.next(undefined), { kind: 'challenge', challenge: Buffer.alloc(0) })
    assert.deepEqual(await exchange.next(Buffer.from('\0tim\0tanstaaftanstaaf')), DONE)
  })
  test('the second example of RFC 4616, where Kurt acts for Ursel, is refused unasked', async () => {
    const { start, attempts } = house({ users: { Kurt: 'xipj3plmq' } })
    assert.deepEqual(await start('PLAIN').next(Buffer.from('Ursel\0Kurt\0xipj3plmq')), DENIED)
    assert.equal(attempts.length, 0)
  })
  test('whoever acts for himself may say so', async () => {
    assert.deepEqual(await first('PLAIN', 'tim\0tim\0tanstaaftanstaaf'), DONE)
    assert.deepEqual(await first('PLAIN', 't\u00adim\0tim\0tanstaaftanstaaf'), DONE)
  })
  test('the user is prepared, the password is passed on as sent', async () => {
    const { start, attempts } = house({ users: { IX: 'I\u00adX' } })
    assert.deepEqual(await start('PLAIN').next(Buffer.from('\0\u2168\0I\u00adX')), { kind: 'done', user: 'IX' })
    assert.deepEqual(
      attempts.map(({ phase, mechanism, user, password, token }) => ({ phase, mechanism, user, password, token })),
      [{ phase: 'verify', mechanism: 'PLAIN', user: 'IX', password: 'I\u00adX', token: undefined }],
    )
  })
  for (const response of [
    '\0tim\0wrong',
    '\0nobody\0tanstaaftanstaaf',
    '\0\0tanstaaftanstaaf',
    '\0tim\0',
    '\0ti\x07m\0x',
  ])
    test(`${JSON.stringify(response)} is denied`, async () => assert.deepEqual(await first('PLAIN', response), DENIED))
  for (const response of ['', 'tim', '\0tim', '\0tim\0a\0b', Buffer.from([0, 116, 0, 0xff])])
    test(`${JSON.stringify(response)} is malformed`, async () =>
      assert.deepEqual(await first('PLAIN', response), MALFORMED))
})

describe('LOGIN', () => {
  test('asks for the name, then for the password', async () => {
    const exchange = house(TIM).start('LOGIN')
    assert.deepEqual(await exchange.next(undefined), { kind: 'challenge', challenge: Buffer.from('Username:') })
    assert.deepEqual(await exchange.next(Buffer.from('tim')), {
      kind: 'challenge',
      challenge: Buffer.from('Password:'),
    })
    assert.deepEqual(await exchange.next(Buffer.from('tanstaaftanstaaf')), DONE)
  })
  test('takes the name as initial response', async () => {
    const exchange = house(TIM).start('LOGIN')
    assert.deepEqual(await exchange.next(Buffer.from('tim')), {
      kind: 'challenge',
      challenge: Buffer.from('Password:'),
    })
    assert.deepEqual(await exchange.next(Buffer.from('tanstaaftanstaaf')), DONE)
  })
  for (const [user, password, end] of [
    ['tim', 'wrong', DENIED],
    ['nobody', 'tanstaaftanstaaf', DENIED],
    ['', 'tanstaaftanstaaf', DENIED],
    ['tim', '', DENIED],
    ['t\0im', 'tanstaaftanstaaf', MALFORMED],
    ['tim', 'a\0b', MALFORMED],
  ] as const)
    test(`${JSON.stringify([user, password])}: ${end.because}`, async () =>
      assert.deepEqual(await converse(house(TIM).start('LOGIN'), loginClient(user, password)), end))
})

describe('CRAM-MD5', () => {
  test('the example of RFC 2195, for the client these tests use', () => {
    const challenge = '<1896.697170952@postoffice.reston.mci.net>'
    assert.equal(cramDigest(challenge, 'tanstaaftanstaaf'), 'b913a602c7eda7a495b4e6e7334d3890')
  })
  test('the challenge is a message id of ours, another one each time', async () => {
    const { start } = house(TIM)
    const challenges = await Promise.all([start('CRAM-MD5').next(undefined), start('CRAM-MD5').next(undefined)])
    const texts = challenges.map((step) => (step.kind === 'challenge' ? step.challenge.toString() : ''))
    for (const text of texts) assert.match(text, /^<[0-9a-f]{32}@mx\.example\.org>$/)
    assert.notEqual(texts[0], texts[1])
  })
  test('the rules are asked for what is stored, then for their verdict', async () => {
    const { start, attempts } = house(TIM)
    assert.deepEqual(await converse(start('CRAM-MD5'), cramClient('tim', 'tanstaaftanstaaf')), DONE)
    assert.deepEqual(
      attempts.map(({ phase, password, provedBy }) => ({ phase, password, isProved: provedBy !== undefined })),
      [
        { phase: 'lookup', password: undefined, isProved: false },
        { phase: 'verify', password: undefined, isProved: true },
      ],
    )
  })
  test('a wrong password and a user that is not there end alike', async () => {
    for (const user of ['tim', 'nobody']) {
      const { start, attempts } = house(TIM)
      assert.deepEqual(await converse(start('CRAM-MD5'), cramClient(user, 'wrong')), DENIED)
      assert.deepEqual(
        attempts.map(({ phase, provedBy }) => [phase, provedBy]),
        [
          ['lookup', undefined],
          ['verify', undefined],
        ],
      )
    }
  })
  test('a client that begins is malformed (RFC 4954 section 4)', async () =>
    assert.deepEqual(await first('CRAM-MD5', 'tim b913a602c7eda7a495b4e6e7334d3890'), MALFORMED))
  for (const response of [
    '',
    'tim',
    'tim b913',
    'tim B913A602C7EDA7A495B4E6E7334D3890',
    'b913a602c7eda7a495b4e6e7334d3890',
  ])
    test(`${JSON.stringify(response)} is malformed`, async () => {
      const exchange = house(TIM).start('CRAM-MD5')
      await exchange.next(undefined)
      assert.deepEqual(await exchange.next(Buffer.from(response)), MALFORMED)
    })
})

describe('XOAUTH2 and OAUTHBEARER', () => {
  const { tim: token } = TIM.tokens
  const clients = { XOAUTH2: xoauth2Client, OAUTHBEARER: oauthBearerClient }
  for (const [mechanism, client] of Object.entries(clients)) {
    test(`${mechanism}: the token is asked about`, async () => {
      const { start, attempts } = house(TIM)
      assert.deepEqual(await converse(start(mechanism), client('tim', token)), DONE)
      assert.deepEqual(
        attempts.map((one) => [one.phase, one.mechanism, one.user, one.password, one.token]),
        [['verify', mechanism, 'tim', undefined, token]],
      )
    })
    test(`${mechanism}: a refusal is told in JSON, and the answer to it changes nothing`, async () => {
      const exchange = house(TIM).start(mechanism)
      const step = await exchange.next(client('tim', 'stolen')(undefined))
      assert.equal(step.kind, 'challenge')
      assert.deepEqual(JSON.parse(step.kind === 'challenge' ? step.challenge.toString() : ''), {
        status: 'invalid_token',
        schemes: 'bearer',
      })
      assert.deepEqual(await exchange.next(client('tim', token)(undefined)), DENIED)
    })
    test(`${mechanism}: what could not be found out is no refusal`, async () => {
      const { start } = house({ ...TIM, insteadOf: { verify: 'temporary' } })
      assert.deepEqual(await converse(start(mechanism), client('tim', token)), { kind: 'failed', because: 'temporary' })
    })
  }
  test('the example of RFC 7628 section 4.1', async () => {
    const exchange = house({ tokens: { 'user@example.com': token } }).start('OAUTHBEARER')
    const message = `n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer ${token}\x01\x01`
    assert.deepEqual(await exchange.next(Buffer.from(message)), { kind: 'done', user: 'user@example.com' })
  })
  for (const [mechanism, response] of [
    ['XOAUTH2', 'user=tim\x01auth=Bearer \x01\x01'],
    ['XOAUTH2', 'user=tim\x01auth=Basic abc\x01\x01'],
    ['XOAUTH2', 'user=tim\x01auth=Bearer abc\x01'],
    ['XOAUTH2', 'user=tim\x01auth=Bearer a b\x01\x01'],
    ['OAUTHBEARER', 'auth=Bearer abc'],
    ['OAUTHBEARER', 'n,a=tim,\x01host=x\x01\x01'],
    ['OAUTHBEARER', 'n,a=tim,\x01auth=Bearer abc\x01'],
    ['OAUTHBEARER', 'n,a=t=im,\x01auth=Bearer abc\x01\x01'],
    ['OAUTHBEARER', 'p=tls-exporter,a=tim,\x01auth=Bearer abc\x01\x01'],
  ] as const)
    test(`${mechanism}: ${JSON.stringify(response)} is malformed`, async () =>
      assert.deepEqual(await first(mechanism, response), MALFORMED))
  test('OAUTHBEARER without an authorization identity is refused unasked', async () => {
    const { start, attempts } = house(TIM)
    const step = await start('OAUTHBEARER').next(Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`))
    assert.equal(step.kind, 'challenge')
    assert.equal(attempts.length, 0)
  })
})

describe('what is offered', () => {
  const all = new Set(MECHANISMS.keys())
  const namesFor = (isEncrypted: boolean, bindings: readonly string[], wanted = all): readonly string[] =>
    mechanismsFor(wanted, {
      isEncrypted,
      channelBindings: new Map(bindings.map((one) => [one, Buffer.from('x')])),
    }).map((one) => one.name)

  test('in clear: only what shows no secret', () =>
    assert.deepEqual(namesFor(false, []), ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'CRAM-MD5']))
  test('under TLS: everything that can be bound as it must', () => {
    assert.deepEqual(namesFor(true, []), [
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
      'OAUTHBEARER',
      'XOAUTH2',
      'CRAM-MD5',
      'PLAIN',
      'LOGIN',
    ])
    assert.deepEqual(namesFor(true, ['tls-exporter']), [...all])
  })
  test('nothing that is not wanted', () => {
    assert.deepEqual(namesFor(true, ['tls-exporter'], new Set(['LOGIN', 'PLAIN', 'NTLM'])), ['PLAIN', 'LOGIN'])
    assert.deepEqual(namesFor(false, [], new Set(['LOGIN', 'PLAIN'])), [])
  })
})
