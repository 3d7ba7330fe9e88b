/** Many commands at once, and commands without end: in order, in step, in bounded memory (RFC 2920). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { RETURN_CODES, verdict } from '../../src/core/verdict.ts'
import { ACCEPTING, ENVELOPE, greetedRig, pendingHook, type RigOptions } from '../support/smtp-rig.ts'

describe('pipelining', () => {
  for (const asynchronous of [false, true]) {
    it(`row 37: 2,000 commands at once are answered in order, hooks ${asynchronous ? 'later' : 'at once'}`, async () => {
      const policy = {
        noop: ({ command }: { command: { argument: string } | undefined }) => verdict('OK', command?.argument),
      }
      const rig = await greetedRig({ policy, asynchronous, limits: { junk_commands: 2000 } })
      const numbers = Array.from({ length: 2000 }, (_, index) => index)
      await rig.say(numbers.map((number) => `NOOP n${number}\r\n`).join(''))
      assert.equal(rig.heard(), numbers.map((number) => `250 2.0.0 n${number}\r\n`).join(''))
    })
  }

  it('one client does not hold up the others: after 64 commands they have their turn', async () => {
    const rig = await greetedRig({ limits: { junk_commands: 200 } })
    rig.session.receive(Buffer.from('NOOP\r\n'.repeat(200)))
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n'.repeat(64))
    await rig.settle()
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n'.repeat(136))
  })

  it('any stream of commands is answered the same however it is cut, whenever hooks answer', async () => {
    const line = fc.constantFrom(
      'EHLO c.example',
      'HELO',
      'MAIL FROM:<a@b.example>',
      'MAIL FROM:<a@b.example> SIZE=1e3',
      'RCPT TO:<c@example.org>',
      'RCPT TO:<>',
      'RSET',
      'NOOP',
      'VRFY x',
      'HELP',
      'QUIT',
      'GET / HTTP/1.1',
      '',
      ' ',
      'x'.repeat(600),
      '\xff',
      'A\nB',
      '\0',
      '\r',
    )
    const code = fc.constantFrom(...RETURN_CODES)
    const policy = fc.record({ ehlo: code, mail: code, rcpt: code, noop: code }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 20 }),
        policy,
        fc.integer({ min: 1, max: 40 }),
        async (lines, codes, size) => {
          const policyOf = (): RigOptions => ({
            policy: Object.fromEntries(Object.entries(codes).map(([hook, one]) => [hook, verdict(one)])),
            limits: { errors: 6, command_length: 512 },
          })
          const [whole, cut] = [await greetedRig(policyOf()), await greetedRig({ ...policyOf(), asynchronous: true })]
          const stream = Buffer.from(lines.map((one) => `${one}\r\n`).join(''), 'latin1')
          await whole.say(stream)
          for (let at = 0; at < stream.length; at += size) cut.session.receive(stream.subarray(at, at + size))
          await cut.settle()
          const heard = whole.heard()
          assert.equal(cut.heard(), heard)
          assert.deepEqual(cut.hooks, whole.hooks)
          assert.match(heard, /^(?:\d{3}[ -][ -~]{0,506}\r\n)*$/)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('commands wait for the one before them', async () => {
    const { hook, answer } = pendingHook()
    const rig = await greetedRig({ policy: { mail: hook } })
    await rig.say(`${ENVELOPE}NOOP\r\n`)
    assert.deepEqual(rig.hooks, ['mail_pre', 'mail'])
    assert.equal(rig.heard(), '')
    answer(verdict('OK'))
    await rig.settle()
    assert.deepEqual(rig.hooks, ['mail_pre', 'mail', 'rcpt_pre', 'user_config', 'rcpt', 'noop'])
    assert.match(rig.heard(), /^250 [^\n]*\n450 [^\n]*\n250 2\.0\.0 OK\r\n$/)
  })

  it('row 33, limit recipients: 5,000 recipients: the limit is kept, the session stays', async () => {
    const rig = await greetedRig({ policy: ACCEPTING, limits: { recipients: 1000 } })
    const rcpts = Array.from({ length: 5000 }, (_, index) => `RCPT TO:<r${index}@example.org>\r\n`)
    await rig.say(`MAIL FROM:<>\r\n${rcpts.join('')}RSET\r\n`)
    const replies = rig.heard().split('\r\n')
    assert.equal(replies.filter((reply) => reply.startsWith('250 2.1.5')).length, 1000)
    assert.equal(replies.filter((reply) => reply.startsWith('452 4.5.3')).length, 4000)
    assert.equal(replies.at(-2), '250 2.0.0 OK')
  })
})

describe('long commands', () => {
  it('row 31, limit command_length: of 100 KiB are refused once, and the next one is in step', async () => {
    const rig = await greetedRig()
    await rig.say(`${'x'.repeat(100 * 1024)}\r\nNOOP\r\n`)
    assert.equal(rig.heard(), '500 5.5.2 Command line too long\r\n250 2.0.0 OK\r\n')
  })

  it('row 31: of 48 MiB close the session, and nothing of them is kept', async () => {
    const rig = await greetedRig()
    const piece = Buffer.alloc(65536, 'x')
    for (let count = 0; count < 768; count += 1) rig.session.receive(piece)
    await rig.settle()
    assert.equal(rig.heard(), '500 5.5.2 Command line without end\r\n')
    assert.ok(rig.wire.closed)
  })
})
