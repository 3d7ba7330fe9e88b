/** What holds for every exchange: it ends, it takes one response at a time, and only the secret opens. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MECHANISMS } from '../../../src/smtp/sasl/mechanisms.ts'
import {
  type Client,
  converse,
  cramClient,
  loginClient,
  oauthBearerClient,
  plainClient,
  scramClient,
  xoauth2Client,
} from './client.ts'
import { house } from './house.ts'

const TIM = { users: { tim: 'tanstaaftanstaaf' } }
const DENIED = { kind: 'failed', because: 'denied' }
const MALFORMED = { kind: 'failed', because: 'malformed' }

describe('every exchange', () => {
  const names = [...MECHANISMS.keys()]
  test('refuses a response longer than RFC 4954 section 4 asks for', async () => {
    for (const name of names)
      assert.deepEqual(await house(TIM).start(name).next(Buffer.alloc(9217, 'a')), MALFORMED, name)
  })
  test('is over when it is over', async () => {
    const exchange = house(TIM).start('PLAIN')
    await exchange.next(Buffer.from('\0tim\0wrong'))
    assert.throws(() => exchange.next(Buffer.from('\0tim\0tanstaaftanstaaf')), /not the turn of the client/)
  })
  test('takes no second response while it works on the first', async () => {
    const exchange = house(TIM).start('SCRAM-SHA-1')
    const client = scramClient({ hash: 'sha1', user: 'tim', password: 'tanstaaftanstaaf' })
    const step = await exchange.next(client(undefined))
    const response = client(step.kind === 'challenge' ? step.challenge : undefined)
    const pending = exchange.next(response)
    assert.throws(() => exchange.next(response), /not the turn of the client/)
    assert.equal((await pending).kind, 'challenge')
  })
  test('lets a fault of the rules through', async () => {
    const { options } = house()
    const broken = { ...options, ask: () => Promise.reject(new Error('no rules')) }
    const exchange = MECHANISMS.get('PLAIN')?.start(broken)
    await assert.rejects(async () => exchange?.next(Buffer.from('\0tim\0x')), /no rules/)
  })

  const octets = fc.array(
    fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[ny],,n=\w,r=\w*$/)),
    {
      maxLength: 4,
    },
  )
  test('survives whatever it is sent, and lets nobody in for it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), octets, async (name, responses) => {
        const exchange = house(TIM).start(name)
        for (const response of responses) {
          const step = await exchange.next(Buffer.from(response))
          assert.notEqual(step.kind, 'done')
          if (step.kind !== 'challenge') return
        }
      }),
      { numRuns: 300 },
    )
  })

  const name = fc.stringMatching(
    /^[^\p{C}\p{Z}\p{M}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]{1,12}$/u,
  )
  // Of what a token may be made of (RFC 6750 section 2.1).
  const password = fc.stringMatching(/^[\w.~+/-]{1,16}$/)
  test('lets in whoever knows the secret, and nobody else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names.filter((one) => !one.endsWith('-PLUS'))),
        name,
        password,
        password,
        async (mechanism, user, right, tried) => {
          const parts = {
            users: { [user.normalize('NFKC')]: right },
            tokens: { [user.normalize('NFKC')]: right },
            iterations: 2,
          }
          const end = await converse(house(parts).start(mechanism), clientOf(mechanism, user, tried)).catch(
            () => DENIED,
          )
          assert.equal(end.kind, right === tried ? 'done' : 'failed')
          const again = await converse(house(parts).start(mechanism), clientOf(mechanism, user, right))
          assert.deepEqual(again, { kind: 'done', user: user.normalize('NFKC') })
        },
      ),
      { numRuns: 300 },
    )
  })
})

function clientOf(mechanism: string, user: string, secret: string): Client {
  const hash = mechanism.includes('256') ? 'sha256' : 'sha1'
  if (mechanism.startsWith('SCRAM')) return scramClient({ hash, user, password: secret })
  const clients = { PLAIN: plainClient, LOGIN: loginClient, 'CRAM-MD5': cramClient, XOAUTH2: xoauth2Client }
  const client = new Map(Object.entries(clients)).get(mechanism) ?? oauthBearerClient
  return client(user, secret)
}
