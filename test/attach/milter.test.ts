/** A milter: what a mail server tells of a session becomes hooks, and what they decide becomes answers and edits. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'node:test'
import { packet } from '../../src/attach/milter/packets.ts'
import { addressText } from '../../src/core/mail/address.ts'
import type { Split } from '../../src/core/program.ts'
import { makeField } from '../../src/core/mail/header.ts'
import type { Hook } from '../../src/core/hook.ts'
import { type ReturnCode, verdict } from '../../src/core/verdict.ts'
import type { Policy } from '../support/smtp-rig.ts'
import {
  ABORT,
  answers,
  answersIn,
  body,
  connect,
  DATA,
  END,
  END_OF_HEADER,
  ENVELOPE,
  field,
  hello,
  macros,
  mail,
  MESSAGE,
  milterRig,
  negotiation,
  NO_LEADING_SPACE,
  NO_QUIET,
  QUIT,
  QUIT_NC,
  rcpt,
  texts,
} from './milter-rig.ts'
import { attachRig, sayInPieces } from './rig.ts'

const CONTINUE = 'c'
const SESSION = ['config', 'pre_connection', 'connect', 'ehlo', 'mail_pre', 'mail', 'rcpt_pre', 'user_config', 'rcpt']
const CONTENT = ['data', 'data_headers_end', 'data_post_headers', 'data_post', 'queue_pre']

describe('a session', () => {
  it('is asked about from CONNECT to the end of the message', async () => {
    const rig = await milterRig()
    assert.deepEqual(
      await answers(rig, ENVELOPE + MESSAGE),
      Array.from({ length: 7 }, () => CONTINUE),
    )
    assert.deepEqual(rig.hooks, [...SESSION, ...CONTENT, 'reset_transaction'])
  })

  it('has an answer for each field and each piece where the mail server waits for it', async () => {
    const rig = await milterRig({}, NO_QUIET)
    assert.deepEqual(
      await answers(rig, ENVELOPE + MESSAGE),
      Array.from({ length: 10 }, () => CONTINUE),
    )
  })

  it('may bring several messages, and sessions may share a connection', async () => {
    const rig = await milterRig()
    await rig.say(ENVELOPE + MESSAGE + mail() + rcpt() + DATA + MESSAGE + QUIT_NC)
    assert.deepEqual(rig.hooks.splice(0).slice(-2), ['disconnect', 'post_connection'])
    assert.equal((await answers(rig, ENVELOPE + MESSAGE)).length, 12 + 7)
    assert.ok(rig.hooks.includes('connect'))
    await rig.say(QUIT)
    assert.ok(rig.wire.closed)
  })

  it('starts anew after ABORT, without an answer', async () => {
    const rig = await milterRig()
    assert.equal((await answers(rig, ENVELOPE + field('A', ' b') + ABORT)).length, 5)
    assert.equal(rig.hooks.at(-1), 'reset_transaction')
    assert.deepEqual(await answers(rig, mail() + ABORT + ABORT + mail()), [CONTINUE, CONTINUE])
  })

  it('whose mail server does not tell of DATA is asked about it at the end', async () => {
    const rig = await milterRig({ policy: { data: verdict('DENY', 'No data') } })
    await rig.say(connect() + hello() + mail() + rcpt())
    rig.heard()
    assert.deepEqual(await answers(rig, MESSAGE), [CONTINUE, 'y 554 5.7.1 No data'])
  })

  it('has the same answers however it is cut', async () => {
    const octets = negotiation(NO_QUIET) + ENVELOPE + MESSAGE + mail() + rcpt() + DATA + MESSAGE + QUIT_NC + ENVELOPE
    const policy: Policy = {
      data_post: ({ transaction }) => {
        transaction?.message?.prepend(makeField('X-Seen', 'yes'))
        return verdict('DECLINED')
      },
    }
    const whole = attachRig('milter', { policy })
    await whole.say(octets)
    const expected = whole.heard()
    assert.equal(answersIn(expected).length, 1 + 10 + 1 + 8 + 1 + 5)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), fc.boolean(), async (cuts, asynchronous) => {
        const rig = attachRig('milter', { policy, asynchronous })
        await sayInPieces(rig, octets, cuts)
        assert.equal(rig.heard(), expected)
        assert.deepEqual(rig.hooks, whole.hooks)
      }),
      { numRuns: 100 },
    )
  })
})

describe('facts', () => {
  it('are what the mail server says', async () => {
    const rig = await milterRig()
    await rig.say(
      macros('C', { j: 'mx', '{daemon_addr}': '192.0.2.1', '{daemon_port}': '25', '{client_ptr}': 'Client.Example' }) +
        connect('IPv6:2001:db8::7') +
        macros('H', { '{tls_version}': 'TLSv1.3', '{cipher}': 'TLS_AES_256_GCM_SHA384' }) +
        hello() +
        macros('M', { '{auth_authen}': 'ann', '{auth_type}': 'PLAIN' }) +
        mail('<ann@example.net>', 'SIZE=99', 'BODY=8BITMIME', 'X-OTHER=1', 'odd=a=b') +
        rcpt('<bob@example.org>', 'NOTIFY=NEVER') +
        macros('T', { i: '4XYZ' }) +
        DATA,
    )
    const { connection, transaction } = rig.contexts.at(-1) ?? assert.fail()
    assert.deepEqual(connection.remote, { ip: '2001:db8::7', port: 40000 })
    assert.deepEqual(connection.local, { ip: '192.0.2.1', port: 25 })
    assert.equal(connection.remoteHost, 'client.example')
    assert.equal(connection.tls?.cipher, 'TLS_AES_256_GCM_SHA384')
    assert.deepEqual(connection.auth, { user: 'ann', mechanism: 'PLAIN' })
    assert.ok(connection.relayClient)
    assert.deepEqual(connection.hello, { verb: 'EHLO', name: 'client.example' })
    assert.deepEqual(
      [...(transaction?.mailParams ?? [])],
      [
        ['SIZE', '99'],
        ['BODY', '8BITMIME'],
        ['X-OTHER', '1'],
      ],
    )
    assert.equal(transaction?.recipients[0]?.params.get('NOTIFY'), 'NEVER')
  })

  it('know the name that the mail server gave the message', async () => {
    const rig = await milterRig({
      policy: { data: ({ connection }) => verdict('DENY', connection.xforward?.get('ident')) },
    })
    await rig.say(connect() + hello() + mail() + rcpt() + macros('T', { i: '4XYZ' }))
    rig.heard()
    assert.deepEqual(await answers(rig, DATA), ['y 554 5.7.1 4XYZ'])
  })

  for (const [path, expected] of [
    ['<>', ''],
    ['<root>', 'root@mx.example.org'],
    ['ann@example.net', 'ann@example.net'],
    ['<"a b"@example.net>', '"a b"@example.net'],
    ['<@relay.example:ann@example.net>', 'ann@example.net'],
  ] as const)
    it(`have the sender ${path}`, async () => {
      const rig = await milterRig()
      await rig.say(connect() + hello() + mail(path))
      const { sender } = rig.contexts.at(-1)?.transaction ?? assert.fail()
      assert.equal(sender && addressText(sender), expected)
    })

  it('of a client on a unix socket, or of nobody knows where, are those of nobody', async () => {
    for (const caller of ['client\0U', 'client\0L\0\0/tmp/socket\0']) {
      const rig = await milterRig()
      await rig.say(packet('C', caller))
      const { connection } = rig.contexts.at(-1) ?? assert.fail()
      assert.ok(connection.anonymous)
      assert.equal(connection.remote.ip, '127.0.0.1')
    }
  })

  it('have the message as it is, with its folded lines and its body octet for octet', async () => {
    const seen: string[] = []
    const policy: Policy = {
      data_post: async ({ transaction }) => {
        for await (const piece of transaction?.message?.read() ?? []) seen.push(Buffer.from(piece).toString('latin1'))
        return verdict('DECLINED')
      },
    }
    const octets = field('Subject', ' a\n\tb\nc') + field('X-Empty', '') + field('X-8bit', ' \xe4') + END_OF_HEADER
    const rig = await milterRig({ policy })
    await rig.say(ENVELOPE + octets + body('.\r\n\n\r\0') + packet('E', 'end'))
    assert.equal(seen.join(''), 'Subject: a\r\n\tb\r\n\tc\r\nX-Empty:\r\nX-8bit: \xe4\r\n\r\n.\r\n\n\r\0end')
    const without = await milterRig({ policy }, NO_LEADING_SPACE)
    seen.length = 0
    await without.say(ENVELOPE + field('Subject', 'hi') + END_OF_HEADER + END)
    assert.equal(seen.join(''), 'Subject: hi\r\n\r\n')
  })
})

describe('what rules decide', () => {
  const cases: readonly (readonly [Hook, ReturnCode, readonly string[]])[] = [
    ['connect', 'DENY', ['y 521 5.7.1 Connection from you denied, bye bye.']],
    ['connect', 'DENYSOFT', ['y 421 4.7.1 Connection from you temporarily denied, bye bye.']],
    ['ehlo', 'DENY', ['c', 'y 550 5.7.1 HELO name refused']],
    ['mail', 'DENYSOFT', ['c', 'c', 'y 450 4.7.1 <ann@example.net>, temporarily denied']],
    ['rcpt', 'OK', ['c', 'c', 'c', 'c']],
    ['rcpt', 'DENY', ['c', 'c', 'c', 'y 550 5.7.1 relaying denied']],
    ['rcpt', 'DENYSOFT_DISCONNECT', ['c', 'c', 'c', 'y 421 4.7.1 relaying denied']],
    ['rcpt', 'DONE', ['c', 'c', 'c', 'y 421 4.7.0 Try again later']],
  ]
  for (const [hook, code, expected] of cases)
    it(`${code} at ${hook} is ${expected.at(-1) ?? ''}`, async () => {
      const rig = await milterRig({ policy: { [hook]: verdict(code) } })
      let heard: readonly string[] = []
      for (const step of [connect(), hello(), mail(), rcpt()]) {
        heard = [...heard, ...(await answers(rig, step))]
        if (heard.at(-1) !== CONTINUE) break
      }
      assert.deepEqual(heard, expected)
    })

  it('a client that was refused at HELO is not let in by going on with MAIL', async () => {
    const rig = await milterRig({ policy: { ehlo: verdict('DENY', 'Bad name') } })
    assert.deepEqual(await answers(rig, connect() + hello() + mail()), [
      'c',
      'y 550 5.7.1 Bad name',
      'y 550 5.7.1 Bad name',
    ])
    rig.policy.ehlo = verdict('DECLINED')
    assert.deepEqual(await answers(rig, hello('better.example') + mail()), ['c', 'c'])
  })

  it('is one answer for the message: recipients that rules after DATA tell apart come one after the other', async () => {
    for (const on of ['defer_different', 'prdr', 'quarantine'] as const) {
      const split: Split = { on, keys: [{ name: 'rcpt', read: ({ address }) => addressText(address) }] }
      const rig = await milterRig({ split })
      const octets = connect() + hello() + mail('<ann@example.net>', 'PRDR') + rcpt() + rcpt('<eve@example.org>')
      const [last = ''] = (await answers(rig, octets)).slice(-1)
      assert.match(last, /^y 452 4\.5\.3 /, on)
    }
  })

  it('refuses one recipient, and the others get the message', async () => {
    const policy: Policy = {
      rcpt: ({ recipient }) =>
        verdict(recipient && addressText(recipient.address).startsWith('eve@') ? 'DENY' : 'DECLINED'),
    }
    const rig = await milterRig({ policy })
    const octets = connect() + hello() + mail() + rcpt() + rcpt('<eve@example.org>') + rcpt('<joe@example.org>')
    assert.deepEqual(await answers(rig, octets), ['c', 'c', 'c', 'c', 'y 550 5.7.1 relaying denied', 'c'])
    assert.deepEqual(await answers(rig, DATA + MESSAGE), ['c', 'c', 'c'])
    const { transaction } = rig.contexts.findLast(({ hook }) => hook === 'data_post') ?? assert.fail()
    assert.deepEqual(
      transaction?.recipients.map(({ address }) => addressText(address)),
      ['bob@example.org', 'joe@example.org'],
    )
  })

  for (const hook of ['data_post_headers', 'data_post', 'queue_pre'] as const)
    it(`refuses the message at ${hook}, and the session goes on`, async () => {
      const rig = await milterRig({ policy: { [hook]: verdict('DENY', 'Spam') } })
      await rig.say(ENVELOPE)
      rig.heard()
      assert.deepEqual(await answers(rig, MESSAGE), ['c', 'y 554 5.7.1 Spam'])
      assert.deepEqual(await answers(rig, mail()), ['c'])
    })

  it('refuses in the middle of the message', async () => {
    const rig = await milterRig({ policy: { data_headers_end: verdict('DENY_DISCONNECT', 'Enough') } })
    await rig.say(ENVELOPE + field('A', ' b'))
    rig.heard()
    assert.deepEqual(await answers(rig, END_OF_HEADER + ABORT + mail()), ['y 521 5.7.1 Enough', 'c'])
  })

  it('asks about commands that the mail server does not know', async () => {
    const rig = await milterRig({
      policy: {
        unrecognized_command: ({ command }) => verdict(command?.verb === 'GET' ? 'DENY_DISCONNECT' : 'DECLINED'),
      },
    })
    assert.deepEqual(await answers(rig, connect() + packet('U', texts('XYZ')) + packet('U', texts('get /'))), [
      'c',
      'c',
      'y 521 5.5.1 Too many unrecognized commands',
    ])
  })

  it('is never ACCEPT, which would end the questions', async () => {
    const hooks = ['connect', 'ehlo', 'mail', 'rcpt', 'data', 'data_post', 'queue_pre'] as const
    const rig = await milterRig({ policy: Object.fromEntries(hooks.map((hook) => [hook, verdict('OK')])) })
    assert.deepEqual(
      await answers(rig, ENVELOPE + MESSAGE),
      Array.from({ length: 7 }, () => CONTINUE),
    )
  })
})
