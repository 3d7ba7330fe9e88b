/** SCRAM (RFC 5802, RFC 7677): the examples of both, the channel bindings, and what unknown users are shown. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isProof, keysFrom, saltedPassword, serverSignature } from '../../../src/smtp/sasl/scram-keys.ts'
import { readClientFinal, readClientFirst } from '../../../src/smtp/sasl/scram-messages.ts'
import { converse, scramClient, type ScramClientOptions } from './client.ts'
import { house, type HouseParts } from './house.ts'
import { scramSecret } from './scram-store.ts'

const EXAMPLES = [
  {
    source: 'RFC 5802 section 5',
    hash: 'sha1',
    clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    signature: 'rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    salt: 'QSXCR+Q6sek8bf92',
  },
  {
    source: 'RFC 7677 section 3',
    hash: 'sha256',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
  },
] as const

describe('the examples of the RFCs', () => {
  for (const { source, hash, clientFirst, serverFirst, clientFinal, signature, salt } of EXAMPLES) {
    test(`${source}: messages, proof and signature`, async () => {
      const first = readClientFirst(clientFirst)
      const final = readClientFinal(clientFinal)
      assert.ok(first && final)
      assert.equal(first.name, 'user')
      assert.deepEqual(final.binding, Buffer.from('n,,'))
      const keys = keysFrom(hash, await saltedPassword(hash, 'pencil', Buffer.from(salt, 'base64'), 4096))
      const message = `${first.bare},${serverFirst},${final.withoutProof}`
      assert.equal(isProof(hash, keys, message, final.proof), true)
      assert.equal(isProof(hash, keys, `${message} `, final.proof), false)
      assert.equal(serverSignature(hash, keys, message).toString('base64'), signature)
    })
    test(`${source}: the client these tests use says the same`, () => {
      const nonce = /r=(.*)$/.exec(clientFirst)?.[1] ?? ''
      const client = scramClient({ hash, user: 'user', password: 'pencil', nonce })
      assert.equal(client(undefined)?.toString(), clientFirst)
      assert.equal(client(Buffer.from(serverFirst))?.toString(), clientFinal)
      assert.equal(client(Buffer.from(`v=${signature}`))?.toString(), '')
    })
  }
})

const KINDS = [
  { mechanism: 'SCRAM-SHA-1', hash: 'sha1' },
  { mechanism: 'SCRAM-SHA-256', hash: 'sha256' },
] as const
const DONE = { kind: 'done', user: 'ann' }
const DENIED = { kind: 'failed', because: 'denied' }
const MALFORMED = { kind: 'failed', because: 'malformed' }
const ANN = { users: { ann: 'pencil' } }

function ann(hash: 'sha1' | 'sha256', more: Partial<ScramClientOptions> = {}): ReturnType<typeof scramClient> {
  return scramClient({ hash, user: 'ann', password: 'pencil', ...more })
}

for (const { mechanism, hash } of KINDS) {
  describe(mechanism, () => {
    test('a password stored in clear', async () => {
      const { start, attempts } = house(ANN)
      assert.deepEqual(await converse(start(mechanism), ann(hash)), DONE)
      assert.deepEqual(
        attempts.map(({ phase, provedBy }) => [phase, provedBy !== undefined]),
        [
          ['lookup', false],
          ['verify', true],
        ],
      )
    })
    test('stored keys, with their own salt and count', async () => {
      const secret = await scramSecret(hash, 'pencil', Buffer.from('salt of ann'), 5000)
      const messages: string[] = []
      const { start } = house({ users: { ann: secret } })
      assert.deepEqual(
        await converse(start(mechanism), scramClient({ hash, user: 'ann', password: 'pencil' }, messages)),
        DONE,
      )
      assert.match(messages[1] ?? '', /,s=c2FsdCBvZiBhbm4=,i=5000$/)
    })
    test('keys of the other hash serve nobody', async () => {
      const other = hash === 'sha1' ? 'sha256' : 'sha1'
      const { start } = house({ users: { ann: await scramSecret(other, 'pencil') } })
      assert.deepEqual(await converse(start(mechanism), ann(hash)), DENIED)
    })
    test('a name with the signs that separate', async () => {
      const { start } = house({ users: { 'a=n,n': 'pencil' } })
      const end = await converse(start(mechanism), scramClient({ hash, user: 'a=n,n', password: 'pencil' }))
      assert.deepEqual(end, { kind: 'done', user: 'a=n,n' })
    })
    test('a password that two keyboards spell differently', async () => {
      const { start } = house({ users: { ann: 'I\u00adX' } })
      assert.deepEqual(await converse(start(mechanism), ann(hash, { password: 'IX' })), DONE)
    })
    for (const [what, more] of Object.entries({
      'a wrong password': { password: 'pen' },
      'a user that nobody knows': { user: 'nobody' },
      'acting for somebody else': { gs2: 'n,a=bob,' },
      'a binding, unbound': { gs2: 'p=tls-exporter,,', binding: Buffer.from('x') },
    }))
      test(`${what} is denied`, async () =>
        assert.deepEqual(await converse(house(ANN).start(mechanism), ann(hash, more)), DENIED))
    test('acting for oneself is fine', async () =>
      assert.deepEqual(await converse(house(ANN).start(mechanism), ann(hash, { gs2: 'n,a=ann,' })), DONE))
    test('a client that knows bindings is told nothing when none was offered', async () =>
      assert.deepEqual(await converse(house(ANN).start(mechanism), ann(hash, { gs2: 'y,,' })), DONE))
    test('a client that was robbed of our offer of bindings is refused', async () => {
      const { start } = house({ ...ANN, channelBindings: new Map([['tls-exporter', Buffer.from('x')]]) })
      assert.deepEqual(await converse(start(mechanism), ann(hash, { gs2: 'y,,' })), DENIED)
    })
    test('rules that accept do not make up for a proof', async () => {
      const { start } = house({ ...ANN, insteadOf: { lookup: 'accept', verify: 'accept' } })
      assert.deepEqual(await converse(start(mechanism), ann(hash, { password: 'pen' })), DENIED)
      assert.deepEqual(await converse(start(mechanism), ann(hash, { user: 'nobody' })), DENIED)
    })
    test('rules may refuse who proved his secret', async () => {
      const { start } = house({ ...ANN, insteadOf: { verify: 'deny' } })
      assert.deepEqual(await converse(start(mechanism), ann(hash)), DENIED)
    })
    for (const phase of ['lookup', 'verify'] as const)
      test(`a store that is down in phase ${phase} makes no wrong passwords`, async () => {
        const { start } = house({ ...ANN, insteadOf: { [phase]: 'temporary' } })
        const end = await converse(start(mechanism), ann(hash, { user: 'nobody' }))
        assert.deepEqual(end, { kind: 'failed', because: 'temporary' })
      })
    test('nothing follows our last word but an empty response', async () => {
      const spoil = (response: Buffer, turn: number): Buffer => (turn === 2 ? Buffer.from('x') : response)
      assert.deepEqual(await converse(house(ANN).start(mechanism), ann(hash), spoil), MALFORMED)
    })

    const bound = `${mechanism}-PLUS`
    const channelBindings = new Map([
      ['tls-exporter', Buffer.from('exported')],
      ['tls-server-end-point', Buffer.from('hash of the certificate')],
    ])
    for (const [name, binding] of channelBindings)
      test(`${bound}: bound by ${name}`, async () => {
        const { start } = house({ ...ANN, channelBindings })
        assert.deepEqual(await converse(start(bound), ann(hash, { gs2: `p=${name},,`, binding })), DONE)
      })
    for (const [what, more] of Object.entries({
      'another connection': { gs2: 'p=tls-exporter,,', binding: Buffer.from('of the man in the middle') },
      'a binding we do not have': { gs2: 'p=tls-unique,,', binding: Buffer.from('exported') },
      'no binding': { gs2: 'n,,' },
      'a binding held back': { gs2: 'y,,' },
    }))
      test(`${bound}: ${what} is denied`, async () => {
        const { start } = house({ ...ANN, channelBindings })
        assert.deepEqual(await converse(start(bound), ann(hash, more)), DENIED)
      })

    test('a change of one octet on the way lets nobody in', async () => {
      const parts: HouseParts = { ...ANN, iterations: 2 }
      await fc.assert(
        fc.asyncProperty(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, place, change) => {
          const spoil = (response: Buffer, turn: number): Buffer => {
            const spoilt = Buffer.from(response)
            const at = place % spoilt.length
            if (turn === which) spoilt[at] = (spoilt[at] ?? 0) ^ change
            return spoilt
          }
          const end = await converse(house(parts).start(mechanism), ann(hash), spoil).catch(() => DENIED)
          assert.equal(end.kind, 'failed')
        }),
        { numRuns: 200 },
      )
    })
  })
}

describe('malformed messages', () => {
  for (const message of [
    '',
    'n=ann,r=abc',
    'n,,r=abc,n=ann',
    'n,,n=,r=abc',
    'n,,n=ann,r=',
    'n,,m=x,n=ann,r=abc',
    'n,,n=a=n,r=abc',
    'n,,n=a=2c,r=abc',
    'n,,n=ann,r=a\x7fc',
    'x,,n=ann,r=abc',
    'p=,,n=ann,r=abc',
    'n,b=ann,n=ann,r=abc',
  ])
    test(`first: ${JSON.stringify(message)}`, async () =>
      assert.deepEqual(await house(ANN).start('SCRAM-SHA-1').next(Buffer.from(message)), MALFORMED))

  for (const message of [
    '',
    'c=biws',
    'c=biws,r=abc',
    'c=biws,r=abc,p=',
    'r=abc,c=biws,p=YQ==',
    'c=biws,r=abc,p=YQ==',
    'c=b!,r=abc,p=YQ==',
  ])
    test(`last: ${JSON.stringify(message)}`, async () => {
      const exchange = house(ANN).start('SCRAM-SHA-1')
      await exchange.next(ann('sha1')(undefined))
      assert.deepEqual(await exchange.next(Buffer.from(message)), MALFORMED)
    })

  test('an extension after the nonce is passed over, as RFC 5802 section 5.1 has it', () => {
    assert.equal(readClientFirst('n,,n=ann,r=abc,x=y')?.nonce, 'abc')
    assert.equal(readClientFinal('c=biws,r=abc,x=y,p=YQ==')?.withoutProof, 'c=biws,r=abc,x=y')
  })
})

describe('a user that nobody knows', () => {
  async function shown(user: string, parts: HouseParts = ANN): Promise<string> {
    const step = await house(parts)
      .start('SCRAM-SHA-256')
      .next(Buffer.from(`n,,n=${user},r=abc`))
    return step.kind === 'challenge' ? step.challenge.toString().replace(/^r=[^,]*,/, '') : step.kind
  }

  test('is shown the same salt and count each time', async () => {
    assert.match(await shown('nobody'), /^s=[A-Za-z0-9+/]{22}==,i=4096$/)
    assert.equal(await shown('nobody'), await shown('nobody'))
  })
  test('has a salt of its own, which is another one in another process', async () => {
    assert.notEqual(await shown('nobody'), await shown('no-one'))
    assert.notEqual(await shown('nobody'), await shown('nobody', { ...ANN, processKey: Buffer.alloc(32, 8) }))
  })
  test('is shown what it would be shown if its password were stored in clear', async () => {
    assert.equal(await shown('nobody'), await shown('nobody', { users: { nobody: 'pencil' } }))
  })
})
