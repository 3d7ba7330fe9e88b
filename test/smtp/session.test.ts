/** A session as a machine: order, back-pressure, answers that come too late, faults inside. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeField } from '../../src/core/header.ts'
import type { Message } from '../../src/core/message.ts'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

const ACCEPTING = { rcpt: verdict('OK'), queue: verdict('OK') }

async function greeted(options: RigOptions = {}): Promise<Rig> {
  const rig = smtpRig(options)
  rig.session.start()
  await rig.settle()
  await rig.say('HELO client.example\r\n')
  rig.heard()
  rig.hooks.splice(0)
  return rig
}

const ENVELOPE = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n'

async function inContent(options: RigOptions = {}): Promise<Rig> {
  const rig = await greeted({ ...options, policy: { ...ACCEPTING, ...options.policy } })
  await rig.say(`${ENVELOPE}DATA\r\n`)
  rig.heard()
  rig.hooks.splice(0)
  return rig
}

/** A hook whose answer the test gives when it likes. */
function pending(): { hook: () => Promise<Verdict>; answer: (decided: Verdict) => void } {
  const { promise, resolve } = Promise.withResolvers<Verdict>()
  return { hook: () => promise, answer: resolve }
}

describe('pipelining', () => {
  for (const asynchronous of [false, true]) {
    it(`2,000 commands at once are answered in order, hooks ${asynchronous ? 'later' : 'at once'}`, async () => {
      const policy = {
        noop: ({ command }: { command: { argument: string } | undefined }) => verdict('OK', command?.argument),
      }
      const rig = await greeted({ policy, asynchronous, limits: { junk_commands: 2000 } })
      const numbers = Array.from({ length: 2000 }, (_, index) => index)
      await rig.say(numbers.map((number) => `NOOP n${number}\r\n`).join(''))
      assert.equal(rig.heard(), numbers.map((number) => `250 2.0.0 n${number}\r\n`).join(''))
    })
  }

  it('commands wait for the one before them', async () => {
    const { hook, answer } = pending()
    const rig = await greeted({ policy: { mail: hook } })
    await rig.say(`${ENVELOPE}NOOP\r\n`)
    assert.deepEqual(rig.hooks, ['mail_pre', 'mail'])
    assert.equal(rig.heard(), '')
    answer(verdict('OK'))
    await rig.settle()
    assert.deepEqual(rig.hooks, ['mail_pre', 'mail', 'rcpt_pre', 'rcpt', 'noop'])
    assert.match(rig.heard(), /^250 [^\n]*\n450 [^\n]*\n250 2\.0\.0 OK\r\n$/)
  })

  it('5,000 recipients: the limit is kept, the session stays', async () => {
    const rig = await greeted({ policy: ACCEPTING, limits: { recipients: 1000 } })
    const rcpts = Array.from({ length: 5000 }, (_, index) => `RCPT TO:<r${index}@example.org>\r\n`)
    await rig.say(`MAIL FROM:<>\r\n${rcpts.join('')}RSET\r\n`)
    const replies = rig.heard().split('\r\n')
    assert.equal(replies.filter((reply) => reply.startsWith('250 2.1.5')).length, 1000)
    assert.equal(replies.filter((reply) => reply.startsWith('452 4.5.3')).length, 4000)
    assert.equal(replies.at(-2), '250 2.0.0 OK')
  })
})

describe('long commands', () => {
  it('of 100 KiB are refused once, and the next one is in step', async () => {
    const rig = await greeted()
    await rig.say(`${'x'.repeat(100 * 1024)}\r\nNOOP\r\n`)
    assert.equal(rig.heard(), '500 5.5.2 Command line too long\r\n250 2.0.0 OK\r\n')
  })

  it('of 48 MiB close the session, and nothing of them is kept', async () => {
    const rig = await greeted()
    const piece = Buffer.alloc(65536, 'x')
    for (let count = 0; count < 768; count += 1) rig.session.receive(piece)
    await rig.settle()
    assert.equal(rig.heard(), '500 5.5.2 Command line without end\r\n')
    assert.ok(rig.wire.closed)
  })
})

describe('back-pressure', () => {
  it('a client that does not read is not answered further until it does', async () => {
    const rig = await greeted()
    rig.wire.full = true
    await rig.say('NOOP\r\n')
    await rig.say('NOOP\r\nNOOP\r\n')
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n')
    assert.equal(rig.wire.flowing, false)
    rig.wire.full = false
    rig.session.drained()
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n250 2.0.0 OK\r\n')
    assert.equal(rig.wire.flowing, true)
  })

  it('a client that never reads is given up', async () => {
    const rig = await greeted({ limits: { command_timeout: 10 } })
    rig.wire.full = true
    await rig.say('NOOP\r\n')
    rig.clock.advance(10_000)
    assert.ok(rig.wire.closed)
  })

  it('the client is stopped while there is something it said that cannot be worked on', async () => {
    const { hook, answer } = pending()
    const rig = await greeted({ policy: { noop: hook } })
    await rig.say('NOOP\r\n')
    assert.equal(rig.wire.flowing, true)
    await rig.say('HELP\r\n')
    assert.equal(rig.wire.flowing, false)
    answer(verdict('OK'))
    await rig.settle()
    assert.equal(rig.wire.flowing, true)
  })
})

describe('an answer that comes too late', () => {
  it('says nothing and asks nothing more, and the last hooks run after it', async () => {
    const { hook, answer } = pending()
    const rig = await inContent({ policy: { data_post: hook } })
    await rig.say('Subject: hi\r\n\r\nbody\r\n.\r\n')
    rig.hooks.splice(0)
    rig.session.gone()
    await rig.settle()
    assert.deepEqual(rig.hooks, [])
    answer(verdict('OK'))
    await rig.settle()
    assert.deepEqual(rig.hooks, ['reset_transaction', 'disconnect', 'post_connection'])
    assert.equal(rig.heard(), '')
    await rig.session.over
  })

  it('does not follow a 421', async () => {
    const { hook, answer } = pending()
    const rig = await greeted({ policy: { mail: hook } })
    await rig.say('MAIL FROM:<a@b.example>\r\n')
    rig.session.abort()
    answer(verdict('OK'))
    await rig.settle()
    assert.equal(rig.heard(), '421 4.3.2 Shutting down, try again later\r\n')
  })

  it('is not waited for when all that is left of it is a delay', async () => {
    const rig = await greeted({ delays: { mail: 3_600_000 } })
    await rig.say('MAIL FROM:<a@b.example>\r\n')
    rig.session.gone()
    await rig.settle()
    assert.equal(rig.hooks.at(-1), 'post_connection')
    assert.equal(rig.clock.pending(), 0)
  })

  it('of the resolver does not greet', async () => {
    const rig = smtpRig()
    rig.session.start()
    rig.session.gone()
    await rig.settle()
    assert.deepEqual(rig.hooks, ['pre_connection', 'disconnect', 'post_connection'])
    assert.equal(rig.heard(), '')
  })

  it('content that follows DATA while its hook runs was not asked for', async () => {
    const { hook, answer } = pending()
    const rig = await greeted({ policy: { ...ACCEPTING, data: hook } })
    await rig.say(`${ENVELOPE}DATA\r\n`)
    rig.heard()
    await rig.say('Subject: hi\r\n')
    answer(verdict('OK'))
    await rig.settle()
    assert.equal(rig.heard(), '554 5.5.1 You sent the message before it was asked for\r\n')
  })
})

describe('faults', () => {
  for (const [when, fault] of [
    [
      'at once',
      () => {
        throw new Error('no such thing')
      },
    ],
    ['later', () => Promise.reject(new Error('no such thing'))],
  ] as const) {
    it(`inside ${when} end this session with 451 and are logged`, async () => {
      const rig = await greeted({ policy: { mail: fault } })
      await rig.say('MAIL FROM:<a@b.example>\r\n')
      assert.equal(rig.heard(), '451 4.3.0 Internal error, try again later\r\n')
      assert.ok(rig.wire.closed)
      assert.equal(rig.log.find(({ level }) => level === 'error')?.text, 'internal error')
      rig.session.gone()
      await rig.session.over
    })
  }

  it('in the last hooks do not keep a session for ever', async () => {
    const rig = await greeted({
      policy: {
        disconnect: () => {
          throw new Error('no such thing')
        },
      },
    })
    rig.session.gone()
    await rig.session.over
    assert.equal(rig.log.filter(({ level }) => level === 'error').length, 1)
  })

  it('no timer is left when a session is over', async () => {
    const rig = await greeted()
    await rig.say('NOOP\r\nQUIT\r\n')
    rig.session.gone()
    await rig.session.over
    assert.equal(rig.clock.pending(), 0)
  })
})

describe('the message', () => {
  async function delivered(content: string, options: RigOptions = {}): Promise<string> {
    let message: Message | undefined
    const queue: NonNullable<RigOptions['policy']>['queue'] = ({ transaction }) => {
      message = transaction?.message
      return verdict('OK')
    }
    const rig = await inContent({ ...options, policy: { ...options.policy, queue } })
    await rig.say(content)
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
    const octets: Uint8Array[] = []
    for await (const piece of message?.read() ?? []) octets.push(piece)
    return Buffer.concat(octets).toString('latin1')
  }

  const RECEIVED =
    'Received: from client.example ([192.0.2.7]) by mx.example.org with SMTP id t1;\r\n Fri, 20 Nov 2026 12:00:00 +0000\r\n'

  it('has our Received field on top and is otherwise what the client sent', async () => {
    assert.equal(
      await delivered('Subject:  hi\r\nX: a\r\n\tb\r\n\r\n..dot\r\n\r\n.\r\n'),
      `${RECEIVED}Subject:  hi\r\nX: a\r\n\tb\r\n\r\n.dot\r\n\r\n`,
    )
  })

  it('may be nothing but a header section, or nothing but a body', async () => {
    assert.equal(await delivered('Subject: hi\r\n.\r\n'), `${RECEIVED}Subject: hi\r\n`)
    assert.equal(await delivered('\r\nbody\r\n.\r\n'), `${RECEIVED}\r\nbody\r\n`)
    assert.equal(await delivered('.\r\n'), RECEIVED)
  })

  it('keeps what was edited before the body had come', async () => {
    const policy: RigOptions['policy'] = {
      data_headers_end: ({ transaction }) => {
        transaction?.message?.prepend(makeField('X-Seen', 'yes'))
        return verdict('DECLINED')
      },
    }
    assert.equal(
      await delivered('Subject: hi\r\n\r\nbody\r\n.\r\n', { policy }),
      `${RECEIVED}X-Seen: yes\r\nSubject: hi\r\n\r\nbody\r\n`,
    )
  })

  it('has no Received field yet at data_post_headers', async () => {
    let count: number | undefined
    const policy: RigOptions['policy'] = {
      data_post_headers: ({ transaction }) => {
        count = transaction?.message?.values('Received').length
        return verdict('DECLINED')
      },
    }
    await delivered('Subject: hi\r\n\r\nbody\r\n.\r\n', { policy })
    assert.equal(count, 0)
  })

  it('is there at queue_post, after the client was told, and gone after it', async () => {
    let heard = ''
    let size: number | undefined
    const rig = await inContent({
      policy: {
        queue_post: ({ transaction }) => {
          heard = rig.heard()
          size = transaction?.message?.body.length
          return verdict('DECLINED')
        },
      },
    })
    await rig.say('\r\nbody\r\n.\r\nRCPT TO:<c@example.org>\r\n')
    assert.deepEqual([heard, size], ['250 2.0.0 Queued\r\n', 6])
    assert.equal(rig.heard(), '503 5.5.1 Use MAIL first\r\n')
  })
})
