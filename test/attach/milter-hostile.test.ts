/** Row 61: mail servers that lie about lengths and states, and failures of our own. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'node:test'
import { replyCode } from '../../src/attach/milter/answers.ts'
import { packet } from '../../src/attach/milter/packets.ts'
import { verdict } from '../../src/core/verdict.ts'
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
  QUIT,
  QUIT_NC,
  rcpt,
  texts,
} from './milter-rig.ts'
import { attachRig } from './rig.ts'

describe('row 61', () => {
  const AGREED = negotiation()
  const CLIENT = AGREED + connect() + hello()
  const hostile: readonly (readonly [string, string])[] = [
    ['a length of 0xFFFFFFFF', '\xff\xff\xff\xffC'],
    ['a length of 0xFFFFFFFF after the agreement', `${AGREED}\xff\xff\xff\xffB`],
    ['a length over the limit', `${AGREED}\0\x04\0\x01L`],
    ['an empty packet', `${AGREED}\0\0\0\0`],
    ['a packet before the agreement', connect()],
    ['macros before the agreement', macros('C', { j: 'mx' })],
    ['an ABORT before the agreement', ABORT],
    ['a second agreement', AGREED + negotiation()],
    ['a command nobody knows', `${AGREED}${packet('Z')}`],
    ['MAIL before CONNECT', AGREED + mail()],
    ['a second CONNECT', CLIENT + connect()],
    ['RCPT without MAIL', CLIENT + rcpt()],
    ['DATA without MAIL', CLIENT + DATA],
    ['a header field without MAIL', CLIENT + field('A', ' b')],
    ['a header field without recipients', CLIENT + mail() + field('A', ' b')],
    ['a body before the header', CLIENT + mail() + rcpt() + body('x')],
    ['an end before the header', CLIENT + mail() + rcpt() + END],
    ['MAIL in the content', CLIENT + mail() + rcpt() + field('A', ' b') + mail()],
    ['a header field in the body', CLIENT + mail() + rcpt() + END_OF_HEADER + field('A', ' b')],
    ['a client without a family', `${AGREED}${packet('C', 'client')}`],
    ['a client of an unknown family', `${AGREED}${packet('C', 'client\x009\0\0x\0')}`],
    ['a client with an address that is none', AGREED + connect('192.0.2')],
    ['a client with an address that does not end', `${AGREED}${packet('C', 'client\x004\0\x19192.0.2.7')}`],
    ['a hello that does not end', `${AGREED}${connect()}${packet('H', 'client')}`],
    ['a hello with NUL inside', AGREED + connect() + packet('H', 'cli\0ent\0')],
    ['a sender that does not end', CLIENT + packet('M', '<ann@example.net>')],
    ['a recipient that is not there', CLIENT + mail() + packet('R')],
    ['macros without a command', `${AGREED}${packet('D')}`],
    ['macros that do not end', `${AGREED}${packet('D', 'Ca\0b')}`],
    ['a macro without a value', `${AGREED}${packet('D', 'Ca\0')}`],
    ['a field with a line end in its name', CLIENT + mail() + rcpt() + field('A\nB', ' c')],
    ['a field with a NUL in its value', CLIENT + mail() + rcpt() + packet('L', 'A\0b\0c\0')],
    ['a field without a value', CLIENT + mail() + rcpt() + packet('L', 'A\0')],
  ]
  for (const [what, octets] of hostile)
    it(`row 61: ${what} ends the connection`, async () => {
      const rig = attachRig('milter')
      await rig.say(octets + QUIT)
      assert.ok(rig.wire.closed)
      assert.ok(rig.log.some(({ text }) => text === 'a mail server is not understood'))
      assert.ok(answersIn(rig.heard()).every((answer) => answer === 'c' || answer.startsWith('O ')))
    })

  it('row 61: a packet that does not end is waited for no longer than a command', async () => {
    const rig = await milterRig()
    await rig.say('\0\0\0\x09')
    for (let minute = 0; minute < 4; minute += 1) {
      rig.clock.advance(60_000)
      await rig.say('x')
      assert.ok(!rig.wire.closed)
    }
    rig.clock.advance(60_000)
    assert.ok(rig.wire.closed)
    assert.equal(rig.log.at(-1)?.fields['limit'], 'command_timeout')
  })

  it('row 61: any octets are answered or end the connection, and nothing throws', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.constantFrom(negotiation(), connect(), hello(), mail(), rcpt(), DATA, field('A', ' b'), END_OF_HEADER),
            fc.constantFrom(body('x'), END, ABORT, QUIT_NC, macros('C', { i: 'x' }), packet('U', texts('x'))),
            fc
              .tuple(fc.constantFrom(...'ODCHMRTLNBEAU'), fc.string({ unit: 'binary-ascii', maxLength: 30 }))
              .map(([command, data]) => packet(command, data)),
          ),
          { maxLength: 20 },
        ),
        async (packets) => {
          const rig = attachRig('milter')
          await rig.say(packets.join(''))
          answersIn(rig.heard())
          assert.ok(
            rig.log.every(({ text }) => text !== 'internal error'),
            JSON.stringify(rig.log),
          )
        },
      ),
      { numRuns: 500 },
    ))

  it('row 61: per cent signs are doubled, and a text is lines with one code that end in NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.boolean(), (text, close) => {
        const octets = replyCode({ reply: { code: 554, status: '5.7.1', text: `${text}%n%s` }, close })
        const [answer = ''] = answersIn(octets)
        const code = close ? '521' : '554'
        const lines = answer.slice(2).split('\r\n')
        assert.ok(lines.length <= 32)
        for (const [index, line] of lines.entries()) {
          assert.ok(line.startsWith(`${code}${index === lines.length - 1 ? ' ' : '-'}5.7.1 `), line)
          assert.match(line, /^[ -~]*$/)
          assert.doesNotMatch(line.replaceAll('%%', ''), /%/)
        }
      }),
    )
  })

  it('row 61: macros are data, whatever their names', async () => {
    const rig = await milterRig()
    await rig.say(macros('M', { __proto__: 'x', constructor: 'y', '{auth_authen}': '' }) + connect() + hello() + mail())
    assert.equal(rig.contexts.at(-1)?.connection.auth, undefined)
  })

  for (const hook of ['connect', 'mail', 'rcpt', 'data_post'] as const)
    it(`row 61: after a failure of ours at ${hook} nothing is accepted any more`, async () => {
      const fault = (): never => {
        throw new Error('broken')
      }
      const rig = await milterRig({ policy: { [hook]: fault } })
      const heard = await answers(rig, ENVELOPE + MESSAGE + ABORT + mail() + rcpt())
      const first = heard.indexOf('t')
      assert.ok(first >= 0)
      assert.ok(heard.slice(first).every((answer) => answer === 't'))
      assert.equal(heard.length, 9)
      rig.policy[hook] = verdict('DECLINED')
      assert.deepEqual(await answers(rig, QUIT_NC + connect()), ['c'])
    })
})
