/** A policy service: what Postfix tells of a session becomes hooks in session order, and what they decide becomes actions. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressText } from '../../src/core/mail/address.ts'
import type { HookContext } from '../../src/core/context.ts'
import { makeField } from '../../src/core/mail/header.ts'
import { type ReturnCode, type Verdict, verdict } from '../../src/core/verdict.ts'
import { CONNECT, DATA, EHLO, END, MAIL, request } from './policy-rig.ts'
import { attachRig } from './rig.ts'

const OPENING = ['config', 'pre_connection', 'connect']
const TO_RCPT = [...OPENING, 'ehlo', 'mail_pre', 'mail', 'rcpt_pre', 'user_config', 'rcpt']

describe('a session', () => {
  it('that is first heard of at RCPT is asked about from its beginning', async () => {
    const rig = attachRig('policy')
    await rig.say(request())
    assert.equal(rig.heard(), 'action=DUNNO\n\n')
    assert.deepEqual(rig.hooks, TO_RCPT)
  })

  it('that is heard of step by step is asked about each hook once', async () => {
    const rig = attachRig('policy')
    for (const state of [CONNECT, EHLO, MAIL, {}, { recipient: 'eve@example.org' }, DATA, END]) {
      await rig.say(request(state))
      assert.equal(rig.heard(), 'action=DUNNO\n\n')
    }
    assert.deepEqual(rig.hooks, [...TO_RCPT, 'rcpt_pre', 'user_config', 'rcpt', 'data'])
    const [last] = rig.contexts.slice(-1)
    assert.deepEqual(
      last?.transaction?.recipients.map(({ address }) => address.kind === 'mailbox' && address.local),
      ['bob', 'eve'],
    )
  })

  it('asks nothing again that several restrictions ask', async () => {
    const rig = attachRig('policy', { policy: { rcpt: verdict('DENY', 'Not you') } })
    await rig.say(request() + request() + request())
    assert.equal(rig.heard(), 'action=550 5.7.1 Not you\n\n'.repeat(3))
    assert.deepEqual(rig.hooks, TO_RCPT)
  })

  it('has a transaction for each message, and ends when another client comes', async () => {
    const rig = attachRig('policy')
    await rig.say(request() + request({ instance: '7b.1.2.1' }))
    assert.deepEqual(rig.hooks.splice(0), [...TO_RCPT, 'reset_transaction', ...TO_RCPT.slice(4)])
    await rig.say(request({ client_port: '40001', instance: '7b.1.2.2' }))
    assert.deepEqual(rig.hooks.splice(0), ['reset_transaction', 'disconnect', 'post_connection', ...TO_RCPT])
    rig.session.gone()
    await rig.session.over
    assert.deepEqual(rig.hooks, ['reset_transaction', 'disconnect', 'post_connection'])
  })

  it('with the same sender twice is two messages', async () => {
    const rig = attachRig('policy')
    for (const instance of ['a.1', 'a.2']) await rig.say(request(MAIL) + request({ instance }))
    assert.equal(rig.hooks.filter((hook) => hook === 'mail').length, 2)
    assert.equal(rig.hooks.filter((hook) => hook === 'connect').length, 1)
  })

  it('of an old Postfix, which tells no port, is another one with the next message', async () => {
    const rig = attachRig('policy')
    await rig.say(request({ client_port: '', instance: 'a.1' }) + request({ client_port: '', instance: 'a.2' }))
    assert.equal(rig.hooks.filter((hook) => hook === 'connect').length, 2)
  })

  it('asks again when the client says another hello, or says it inside TLS', async () => {
    const rig = attachRig('policy')
    const tls = { encryption_protocol: 'TLSv1.3', encryption_cipher: 'TLS_AES_256_GCM_SHA384' }
    await rig.say(request(EHLO) + request({ ...EHLO, helo_name: 'other.example' }) + request({ ...EHLO, ...tls }))
    assert.deepEqual(rig.hooks, [...OPENING, 'ehlo', 'ehlo', 'ehlo'])
    assert.equal(rig.contexts.at(-1)?.connection.tls?.protocol, 'TLSv1.3')
  })

  it('without a hello is asked about its envelope all the same', async () => {
    const rig = attachRig('policy')
    await rig.say(request({ helo_name: '' }))
    assert.equal(rig.heard(), 'action=DUNNO\n\n')
    assert.ok(!rig.hooks.includes('ehlo'))
  })

  it('at VRFY and ETRN is asked about no envelope', async () => {
    const rig = attachRig('policy')
    await rig.say(request({ protocol_state: 'ETRN' }) + request({ protocol_state: 'VRFY' }))
    assert.deepEqual(rig.hooks, [...OPENING, 'ehlo'])
  })
})

describe('facts', () => {
  it('are what Postfix says', async () => {
    const rig = attachRig('policy', { ptr: { kind: 'failed', because: 'not to be asked' } })
    await rig.say(
      request({ sasl_method: 'plain', sasl_username: 'ann', size: '99', queue_id: '4XYZ', protocol_name: 'SMTP' }),
    )
    const { connection, transaction, recipient } = rig.contexts.at(-1) ?? assert.fail()
    assert.deepEqual(connection.remote, { ip: '192.0.2.7', port: 40000 })
    assert.deepEqual(connection.local, { ip: '192.0.2.1', port: 25 })
    assert.equal(connection.remoteHost, 'client.example')
    assert.deepEqual(connection.hello, { verb: 'HELO', name: 'client.example' })
    assert.deepEqual(connection.auth, { user: 'ann', mechanism: 'PLAIN' })
    assert.ok(connection.relayClient)
    assert.equal(connection.xforward?.get('ident'), '4XYZ')
    assert.deepEqual(transaction?.sender, { kind: 'mailbox', local: 'ann', domain: 'example.net' })
    assert.equal(transaction?.mailParams.get('SIZE'), '99')
    assert.deepEqual(recipient?.address, { kind: 'mailbox', local: 'bob', domain: 'example.org' })
  })

  it('look the name up that Postfix does not know: a failure is not no name', async () => {
    const rig = attachRig('policy', { ptr: { kind: 'failed', because: 'SERVFAIL' } })
    await rig.say(request({ reverse_client_name: 'unknown' }))
    const { remoteHost } = rig.contexts.at(-1)?.connection ?? assert.fail()
    assert.equal(typeof remoteHost === 'object' && remoteHost.because, 'SERVFAIL')
  })

  it('have the certificate that Postfix saw', async () => {
    const rig = attachRig('policy')
    const fingerprint = Array.from({ length: 32 }, () => 'ab').join(':')
    const tls = { encryption_protocol: 'TLSv1.3', ccert_subject: 'mail+2Bx', ccert_fingerprint: fingerprint }
    await rig.say(request(tls))
    assert.deepEqual(rig.contexts.at(-1)?.connection.tls?.client, {
      subject: 'CN=mail+x',
      fingerprint: fingerprint.toUpperCase(),
      verified: true,
    })
  })

  for (const [sender, expected] of [
    ['', ''],
    ['a b@example.net', '"a b"@example.net'],
    ['a"b@example.net', '"a\\"b"@example.net'],
    ['jürgen@example.net', 'jürgen@example.net'],
    ['root', 'root@mx.example.org'],
    ['Postmaster', 'postmaster'],
  ] as const)
    it(`read the sender ${JSON.stringify(sender)}, which comes without quotes`, async () => {
      const rig = attachRig('policy', { policy: { rcpt: ({ transaction }) => verdict('DENY', transaction?.id) } })
      await rig.say(Buffer.from(request({ sender, recipient: 'jörg@example.org' })).toString('latin1'))
      const { sender: address } = rig.contexts.at(-1)?.transaction ?? assert.fail(rig.heard())
      assert.equal(address && addressText(address), expected)
    })

  it('make an address that is none a refusal, as it is over SMTP', async () => {
    const rig = attachRig('policy')
    await rig.say(request({ sender: 'ann@-' }))
    assert.match(rig.heard(), /^action=501 5\.1\.7 /)
  })

  it('make a client without an address nobody: it gets no rights', async () => {
    const rig = attachRig('policy')
    await rig.say(request({ client_address: 'unknown' }))
    const { connection } = rig.contexts.at(-1) ?? assert.fail()
    assert.ok(connection.anonymous)
    assert.equal(connection.remote.ip, '127.0.0.1')
  })
})

describe('what rules decide', () => {
  const answers: readonly (readonly [hook: 'connect' | 'ehlo' | 'mail' | 'rcpt' | 'data', ReturnCode, string])[] = [
    ['connect', 'DENY', 'action=521 5.7.1 Connection from you denied, bye bye.\n\n'],
    ['connect', 'DENYSOFT', 'action=421 4.7.1 Connection from you temporarily denied, bye bye.\n\n'],
    ['ehlo', 'DENY', 'action=550 5.7.1 HELO name refused\n\n'],
    ['mail', 'DENYSOFT', 'action=450 4.7.1 <ann@example.net>, temporarily denied\n\n'],
    ['rcpt', 'OK', 'action=DUNNO\n\n'],
    ['rcpt', 'DENY', 'action=550 5.7.1 relaying denied\n\n'],
    ['rcpt', 'DENYSOFT', 'action=450 4.7.1 relaying denied\n\n'],
    ['rcpt', 'DENY_DISCONNECT', 'action=521 5.7.1 delivery denied\n\n'],
    ['rcpt', 'DENYSOFT_DISCONNECT', 'action=421 4.7.1 relaying denied\n\n'],
    ['rcpt', 'DONE', 'action=421 4.7.0 Try again later\n\n'],
    ['data', 'DENY', 'action=554 5.7.1 Message denied\n\n'],
  ]
  for (const [hook, code, expected] of answers)
    it(`${code} at ${hook} is ${expected.trim()}`, async () => {
      const rig = attachRig('policy', { policy: { [hook]: verdict(code) } })
      await rig.say(request(DATA))
      assert.equal(rig.heard(), expected)
    })

  it('is said again as long as it holds: a client that was refused at MAIL is refused at RCPT', async () => {
    const rig = attachRig('policy', { policy: { mail: verdict('DENY', 'Not you') } })
    await rig.say(request(MAIL) + request() + request({ recipient: 'eve@example.org' }))
    assert.equal(rig.heard(), 'action=550 5.7.1 Not you\n\n'.repeat(3))
    assert.ok(!rig.hooks.includes('rcpt'))
  })

  it('in several lines is one line for Postfix', async () => {
    const rig = attachRig('policy', { policy: { rcpt: verdict('DENY', 'Not you\nSee https://example.org/') } })
    await rig.say(request())
    assert.equal(rig.heard(), 'action=550 5.7.1 Not you See https://example.org/\n\n')
  })

  it('is in the log, and what nobody decides is not', async () => {
    const rig = attachRig('policy', { policy: { rcpt: refuseEve } })
    await rig.say(request() + request({ recipient: 'eve@example.org' }))
    assert.equal(rig.heard(), 'action=DUNNO\n\naction=550 5.7.1 relaying denied\n\n')
    assert.deepEqual(
      rig.log.map(({ fields, text }) => [text, fields['rcpt'], fields['remote_ip']]),
      [['refused', 'eve@example.org', '192.0.2.7']],
    )
  })

  it('puts fields on top of the message, one with each answer', async () => {
    const rig = attachRig('policy', {
      policy: {
        mail: ({ transaction }) => {
          transaction?.newFields.push(makeField('X-One', 'a'), makeField('X-Two', `${'long '.repeat(20)}end`))
          return verdict('DECLINED')
        },
      },
    })
    await rig.say(request() + request({ recipient: 'eve@example.org' }) + request(DATA) + request(END))
    assert.equal(
      rig.heard(),
      `action=PREPEND X-One: a\n\naction=PREPEND X-Two: ${'long '.repeat(20)}end\n\naction=DUNNO\n\naction=DUNNO\n\n`,
    )
  })

  it('says how many fields found no answer to go with', async () => {
    const rig = attachRig('policy', {
      policy: {
        data: ({ transaction }) => {
          transaction?.newFields.push(makeField('X-One', 'a'), makeField('X-Two', 'b'))
          return verdict('DECLINED')
        },
      },
    })
    await rig.say(request(DATA) + request(END))
    assert.equal(rig.heard(), 'action=PREPEND X-One: a\n\naction=DUNNO\n\n')
    rig.session.gone()
    await rig.session.over
    assert.equal(rig.log[0]?.fields['fields'], 1)
  })

  it('knows the size of the message at its end', async () => {
    const size = async (state: Readonly<Record<string, string>>): Promise<string> => {
      const rig = attachRig('policy', {
        policy: { data: ({ transaction }) => verdict('DENY', String(transaction?.mailParams.get('SIZE'))) },
      })
      await rig.say(request(state))
      return rig.heard()
    }
    assert.equal(await size(END), 'action=554 5.7.1 1234\n\n')
    assert.equal(await size({ ...DATA, size: '0' }), 'action=554 5.7.1 undefined\n\n')
  })
})

function refuseEve({ recipient }: HookContext): Verdict {
  return verdict(recipient && addressText(recipient.address).startsWith('eve@') ? 'DENY' : 'DECLINED')
}
