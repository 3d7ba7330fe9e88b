/** Logging in over a session: every mechanism, what is told to whoever does not know the secret, and hostile responses. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { AuthAttempt, StoredSecret } from '../../src/core/auth.ts'
import type { HookContext } from '../../src/core/context.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { AUTH_MECHANISMS } from '../../src/core/offer.ts'
import type { Connection } from '../../src/core/session.ts'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import { EXCHANGE_LINE_OCTETS } from '../../src/smtp/sasl/exchange.ts'
import { MECHANISMS } from '../../src/smtp/sasl/mechanisms.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'
import {
  type Client,
  cramClient,
  loginClient,
  oauthBearerClient,
  plainClient,
  scramClient,
  xoauth2Client,
} from './sasl/client.ts'
import { scramSecret } from './sasl/scram-store.ts'

const USER = 'tim'
const PASSWORD = 'tanstaaftanstaaf'
const BINDING = Buffer.alloc(32, 1)
const STORE = {}

/** What a rule with a store of secrets answers. */
function answer({ attempt }: HookContext, secrets: ReadonlyMap<string, StoredSecret>): Verdict {
  if (attempt === undefined) return verdict('DENY', 'no attempt')
  const secret = secrets.get(attempt.user)
  if (attempt.phase === 'lookup' && secret) attempt.provide(STORE, secret)
  return verdict(attempt.phase === 'verify' && isRight(attempt) ? 'OK' : 'DECLINED')
}

function isRight({ user, password, token, provedBy }: AuthAttempt): boolean {
  return provedBy === STORE || (user === USER && (password ?? token) === PASSWORD)
}

const CLEAR: ReadonlyMap<string, StoredSecret> = new Map([[USER, { kind: 'clear', password: PASSWORD }]])

async function authRig(options: RigOptions = {}, secrets = CLEAR): Promise<Rig> {
  const rig = smtpRig({
    offer: { auth: { mechanisms: AUTH_MECHANISMS, withoutTls: false } },
    tls: { protocol: 'TLSv1.3', cipher: 'AEAD', channelBindings: new Map([['tls-exporter', BINDING]]) },
    ...options,
    policy: { auth: (context) => answer(context, secrets), ...options.policy },
  })
  rig.session.start()
  await rig.settle()
  await rig.say('EHLO client.example\r\n')
  rig.heard()
  return rig
}

/** Key derivation takes real time, beside the event loop; what waits for the clock then is the delay alone. */
async function heardReply(rig: Rig): Promise<string> {
  for (;;) {
    const heard = rig.heard()
    if (heard !== '') return heard
    if (rig.clock.pending() > 0) rig.clock.advance(LIMITS.auth_delay.default)
    await rig.settle()
  }
}

/** Says what the client says until the server has decided; answers with its last word. */
async function logIn(rig: Rig, mechanism: string, client: Client, withInitial: boolean): Promise<string> {
  const first = client(undefined)
  const initial = withInitial && first ? ` ${first.toString('base64') || '='}` : ''
  await rig.say(`AUTH ${mechanism}${initial}\r\n`)
  let waiting = initial === '' ? first : undefined
  for (;;) {
    const heard = await heardReply(rig)
    const [, challenge] = /^334 (.*)\r\n$/.exec(heard) ?? []
    if (challenge === undefined) return heard
    const response = waiting ?? client(Buffer.from(challenge, 'base64'))
    waiting = undefined
    await rig.say(`${response?.toString('base64') ?? '*'}\r\n`)
  }
}

function clientFor(mechanism: string, user: string, secret: string): Client {
  const hash = mechanism.includes('256') ? 'sha256' : 'sha1'
  const gs2 = mechanism.endsWith('-PLUS') ? { gs2: 'p=tls-exporter,,', binding: BINDING } : {}
  if (mechanism.startsWith('SCRAM')) return scramClient({ hash, user, password: secret, ...gs2 })
  const clients = { PLAIN: plainClient, LOGIN: loginClient, 'CRAM-MD5': cramClient, XOAUTH2: xoauth2Client }
  return (new Map(Object.entries(clients)).get(mechanism) ?? oauthBearerClient)(user, secret)
}

function connectionOf(rig: Rig): Connection {
  return rig.contexts[0]?.connection ?? assert.fail('no hook was asked')
}

const WELCOME = '235 2.7.0 Authentication successful\r\n'
const REFUSED = '535 5.7.8 Authentication failed\r\n'

it('what a site may offer is what there is, in the same order', () => {
  assert.deepEqual(AUTH_MECHANISMS, [...MECHANISMS.keys()])
})

for (const mechanism of AUTH_MECHANISMS) {
  describe(mechanism, () => {
    for (const withInitial of [true, false]) {
      const how = withInitial ? 'with an initial response' : 'when it is asked'
      if (withInitial && (mechanism === 'LOGIN' || mechanism === 'CRAM-MD5')) continue
      it(`lets in who knows the secret, ${how}, and makes a relay client of him`, async () => {
        const rig = await authRig()
        assert.equal(await logIn(rig, mechanism, clientFor(mechanism, USER, PASSWORD), withInitial), WELCOME)
        assert.deepEqual(connectionOf(rig).auth, { user: USER, mechanism })
        assert.equal(connectionOf(rig).relayClient, true)
      })
      it(`lets nobody else in, ${how}`, async () => {
        const rig = await authRig()
        const client = clientFor(mechanism, USER, 'wrong')
        assert.equal(await logIn(rig, mechanism, client, withInitial), REFUSED)
        assert.equal(connectionOf(rig).auth, undefined)
        assert.equal(connectionOf(rig).relayClient, false)
      })
    }
  })
}

it('a client that could bind the channel logs in where no -PLUS mechanism is offered, and not where one is', async () => {
  const able = (): Client => scramClient({ hash: 'sha256', user: USER, password: PASSWORD, gs2: 'y,,' })
  const without = await authRig({ offer: { auth: { mechanisms: ['SCRAM-SHA-256'], withoutTls: false } } })
  assert.equal(await logIn(without, 'SCRAM-SHA-256', able(), true), WELCOME)
  assert.equal(await logIn(await authRig(), 'SCRAM-SHA-256', able(), true), REFUSED)
})

it('SCRAM works with keys that are stored instead of a password', async () => {
  const secrets = new Map([[USER, await scramSecret('sha256', PASSWORD)]])
  const rig = await authRig({}, secrets)
  assert.equal(await logIn(rig, 'SCRAM-SHA-256', clientFor('SCRAM-SHA-256', USER, PASSWORD), true), WELCOME)
})

describe('a failed login', () => {
  /** Everything the client could observe: what was said, and when. */
  async function observed(user: string, mechanism: string, options: RigOptions = {}): Promise<readonly unknown[]> {
    const rig = await authRig(options)
    const begun = rig.clock.now()
    const last = await logIn(rig, mechanism, clientFor(mechanism, user, 'wrong'), false)
    return [last, rig.clock.now() - begun]
  }

  it('row 27: neither words nor time tell whether the user exists, with each mechanism', async () => {
    for (const mechanism of AUTH_MECHANISMS) {
      const [known, unknown] = [await observed(USER, mechanism), await observed('nobody', mechanism)]
      assert.deepEqual(known, unknown, mechanism)
      assert.equal(known[0], REFUSED)
    }
  })

  it('row 27: a rule cannot tell it either, with a text or a status of its own', async () => {
    const policy = { auth: verdict('DENY', 'no such user', '5.1.1') }
    assert.equal((await observed('nobody', 'PLAIN', { policy }))[0], REFUSED)
  })

  it('limit auth_delay: waits for it however soon the answer is known, and no longer when it comes later', async () => {
    const quick = await authRig({ limits: { auth_delay: 1000 } })
    await quick.say('AUTH PLAIN AHRpbQB4\r\n')
    quick.clock.advance(999)
    await quick.settle()
    assert.equal(quick.heard(), '')
    quick.clock.advance(1)
    await quick.settle()
    assert.equal(quick.heard(), REFUSED)
    const slow = await authRig({ limits: { auth_delay: 1000 }, delays: { auth: 5000 } })
    await slow.say('AUTH PLAIN AHRpbQB4\r\n')
    slow.clock.advance(5000)
    await slow.settle()
    assert.equal(slow.heard(), REFUSED)
  })

  it('does not make a successful one wait', async () => {
    const rig = await authRig()
    await rig.say(`AUTH PLAIN ${Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64')}\r\n`)
    assert.equal(rig.heard(), WELCOME)
    assert.equal(rig.clock.pending(), 1, 'only the deadline of the next command is left')
  })

  it('limit auth_failures: the session ends, and the log names the limit and the user', async () => {
    const rig = await authRig({ limits: { auth_failures: 2 } })
    for (const count of [1, 2]) {
      const heard = await logIn(rig, 'PLAIN', plainClient(USER, 'wrong'), true)
      assert.equal(heard, count === 1 ? REFUSED : `${REFUSED}421 4.7.0 Too many failed attempts to log in\r\n`)
    }
    assert.equal(rig.wire.closed, true)
    const refused = rig.log.filter(({ text }) => text === 'refused')
    assert.deepEqual(
      refused.map(({ fields }) => [fields['hook'], fields['user'], fields['mechanism']]),
      [
        ['auth', USER, 'PLAIN'],
        ['auth', USER, 'PLAIN'],
      ],
    )
    assert.equal(rig.log.at(-1)?.fields['limit'], 'auth_failures')
  })

  it('is answered though rules would take the client: the secret was not proved', async () => {
    for (const mechanism of ['CRAM-MD5', 'SCRAM-SHA-256']) {
      const rig = await authRig({ policy: { auth: verdict('OK', 'come in') } })
      assert.equal(await logIn(rig, mechanism, clientFor(mechanism, 'nobody', 'x'), false), REFUSED)
    }
  })

  it('never has the password in the log, nor in a command that hooks see', async () => {
    const rig = await authRig()
    await logIn(rig, 'PLAIN', plainClient(USER, 'hunter2'), true)
    const secret = Buffer.from(`\0${USER}\0hunter2`).toString('base64')
    const told = JSON.stringify([rig.log, rig.contexts.map(({ command }) => command)])
    assert.ok(!told.includes('hunter2') && !told.includes(secret), told)
    assert.deepEqual(rig.contexts.at(-1)?.command, { verb: 'AUTH', argument: 'PLAIN' })
  })

  it('asks no rule once the client has gone', async () => {
    const rig = await authRig({ asynchronous: true })
    rig.session.receive(Buffer.from('AUTH CRAM-MD5\r\n'))
    await rig.settle()
    rig.hooks.splice(0)
    const [, challenge = ''] = /^334 (.*)\r\n$/.exec(rig.heard()) ?? []
    const response = cramClient(USER, PASSWORD)(Buffer.from(challenge, 'base64'))
    rig.session.receive(Buffer.from(`${response?.toString('base64')}\r\n`))
    rig.session.gone()
    await rig.settle()
    assert.deepEqual(rig.hooks, ['auth', 'disconnect', 'post_connection'])
    assert.equal(connectionOf(rig).auth, undefined)
  })
})

describe('responses', () => {
  it('row 26: one that is too long is 500, once and in step', async () => {
    const rig = await authRig()
    for (const length of [EXCHANGE_LINE_OCTETS + 4, 20_480]) {
      await rig.say(`AUTH PLAIN\r\n${'A'.repeat(length)}\r\nNOOP\r\n`)
      assert.equal(rig.heard(), '334 \r\n500 5.5.6 Authentication exchange line is too long\r\n250 2.0.0 OK\r\n')
    }
  })

  it('may have the length of RFC 4954', async () => {
    const rig = await authRig()
    await rig.say('AUTH PLAIN\r\n')
    const longest = Buffer.from(`\0${USER}\0${'x'.repeat((EXCHANGE_LINE_OCTETS / 4) * 3 - 5)}`).toString('base64')
    assert.equal(longest.length, EXCHANGE_LINE_OCTETS)
    rig.heard()
    await rig.say(`${longest}\r\n`)
    assert.equal(await heardReply(rig), REFUSED)
  })

  it('that never end are given up', async () => {
    const rig = await authRig()
    await rig.say('AUTH PLAIN\r\n')
    rig.heard()
    for (let count = 0; count < 20 && !rig.wire.closed; count += 1) await rig.say('A'.repeat(65_536))
    assert.equal(rig.wire.closed, true)
    assert.match(rig.heard(), /^500 5\.5\.2 Command line without end\r\n$/)
  })

  it('that do not come in time end the session', async () => {
    const rig = await authRig()
    await rig.say('AUTH PLAIN\r\n')
    rig.heard()
    rig.clock.advance(LIMITS.command_timeout.default * 1000)
    assert.equal(rig.heard(), '421 4.4.2 Timeout\r\n')
  })

  /** What a line after a challenge may be. */
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replace(/[\r\n\0]/g, '')),
    fc.base64String({ maxLength: 40 }),
    fc.constantFrom('*', '=', '', 'AAAA', 'biws', Buffer.from(`\0${USER}\0x`).toString('base64')),
    fc.string({ maxLength: 30 }).map((text) => Buffer.from(`n,,n=${text},r=abc`).toString('base64')),
  )
  const step = fc.oneof(
    line,
    fc.constantFrom(...AUTH_MECHANISMS, 'NTLM').map((name) => `AUTH ${name}`),
    fc.tuple(fc.constantFrom(...AUTH_MECHANISMS), line).map(([name, text]) => `AUTH ${name} ${text}`),
  )

  it('row 26: whatever comes, every line has one answer, and nobody is let in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (lines) => {
        const limits = { errors: 1000, auth_failures: 1000 }
        const rig = await authRig({ limits, policy: { unrecognized_command: verdict('DENY', 'what?') } })
        for (const text of lines) {
          rig.session.receive(Buffer.from(`${text}\r\n`, 'utf8'))
          await rig.settle()
          const heard = await heardReply(rig)
          assert.match(heard, /^(?:334 [A-Za-z0-9+/=]*|5\d\d [^\r\n]*|250 [^\r\n]*|2\d\d [^\r\n]*)\r\n$/)
          assert.equal(connectionOf(rig).auth, undefined)
          if (rig.wire.closed) return
        }
      }),
      { numRuns: 150, seed: 4954 },
    )
  })
})
