/** Replies: every text that goes in comes out as lines a client can read (RFC 5321 section 4.2, RFC 2034). */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { HOOKS } from '../../src/core/hook.ts'
import { isAllowedAt, REPLY_TABLE } from '../../src/core/reply-table.ts'
import { RETURN_CODES, verdict } from '../../src/core/verdict.ts'
import { composeReply, formatReply, type Reply } from '../../src/smtp/reply.ts'

const NAMES = { subject: '<ann@example.org>', hostname: 'mx.example.org' }

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('a', ' ', '\n', '\r', '\0', 'ü', '😀', '\ud800', '\t', 'x'.repeat(300)))
    .map((parts) => parts.join('')),
  fc.string({ minLength: 400, maxLength: 2000 }),
)
const anyReply: fc.Arbitrary<Reply> = fc
  .record({
    code: fc.constantFrom(220, 250, 354, 421, 450, 554),
    text: anyText,
    status: fc.constantFrom('', '2.0.0', '5.710.999'),
  })
  .map(({ status, ...reply }) => (status === '' ? reply : { ...reply, status }))

const linesOf = (wire: string): string[] => wire.split('\r\n').slice(0, -1)

describe('a reply on the wire', () => {
  it('is lines of at most 512 octets of printable ASCII, all with its code and status', () => {
    fc.assert(
      fc.property(anyReply, (reply) => {
        const wire = formatReply(reply)
        const lines = linesOf(wire)
        assert.ok(wire.endsWith('\r\n'))
        assert.equal(lines.map((line) => `${line}\r\n`).join(''), wire)
        for (const [index, line] of lines.entries()) {
          assert.match(line, /^[ -~]*$/)
          assert.ok(line.length + 2 <= 512, `${line.length} octets`)
          const separator = index === lines.length - 1 ? ' ' : '-'
          assert.ok(line.startsWith(`${reply.code}${separator}${reply.status === undefined ? '' : `${reply.status} `}`))
        }
      }),
    )
  })

  it('loses nothing but control characters, white space at breaks, and lines beyond fifty', () => {
    const printable = fc.array(fc.constantFrom('a', 'b', ' ', '\n', '-', 'word'), { maxLength: 40 })
    fc.assert(
      fc.property(printable, fc.nat(600), (parts, length) => {
        const text = `${parts.join('')}${'y'.repeat(length)}`
        const said = linesOf(formatReply({ code: 250, text })).map((line) => line.slice(4))
        assert.equal(said.join('').replaceAll(' ', ''), text.replace(/[ \n]/g, ''))
      }),
    )
  })

  it('has at most fifty lines of a text that never ends', () => {
    assert.equal(linesOf(formatReply({ code: 250, text: 'a\n'.repeat(100_000) })).length, 50)
  })

  it('breaks at spaces', () => {
    const [first, second] = linesOf(formatReply({ code: 550, status: '5.7.1', text: `${'word '.repeat(120)}end` }))
    assert.equal(first, `550-5.7.1 ${'word '.repeat(100).trimEnd()}`)
    assert.equal(second, `550 5.7.1 ${'word '.repeat(20)}end`)
  })

  it('writes what is not printable ASCII as ?, one for each character', () => {
    assert.equal(formatReply({ code: 250, text: 'a\0\rb\tü😀\x7f' }), '250 ab????\r\n')
  })

  it('is one line even of nothing', () => {
    assert.equal(formatReply({ code: 250, text: '\n\r\n' }), '250 \r\n')
  })
})

describe('a verdict becomes', () => {
  it('the text and status of the table when it brings none', () => {
    assert.deepEqual(composeReply('mail', verdict('DENY'), NAMES), {
      code: 550,
      status: '5.7.1',
      text: '<ann@example.org>, denied',
    })
  })

  it('its own text and status when it brings them', () => {
    assert.deepEqual(composeReply('rcpt', verdict('DENY', 'No such user', '5.1.1'), NAMES), {
      code: 550,
      status: '5.1.1',
      text: 'No such user',
    })
  })

  it('nothing where nothing is said', () => {
    assert.equal(composeReply('connect', verdict('DECLINED', 'hello'), NAMES), undefined)
    assert.equal(composeReply('rcpt', verdict('DONE', 'hello'), NAMES), undefined)
  })

  it('the text of the table when its own holds no letter', () => {
    assert.equal(composeReply('noop', verdict('OK', '\r\n \0'), NAMES)?.text, 'OK')
  })

  it('never the reply of a code the hook does not know', () => {
    assert.deepEqual(
      composeReply('vrfy', verdict('DENYSOFT', 'later', '4.0.0'), NAMES),
      composeReply('vrfy', verdict('DECLINED'), NAMES),
    )
  })

  it('a text in which names are not filled in', () => {
    assert.equal(
      composeReply('mail', verdict('DENY', '{subject} $& {hostname}'), NAMES)?.text,
      '{subject} $& {hostname}',
    )
  })

  it('a text filled in once, whatever the subject holds', () => {
    const names = { subject: '<{hostname}$&@example.org>', hostname: 'mx' }
    assert.equal(composeReply('mail', verdict('DENY'), names)?.text, '<{hostname}$&@example.org>, denied')
  })

  it('a status of the class of its code, at every hook', () => {
    const status = fc.oneof(fc.constantFrom('2.1.5', '4.7.1', '5.7.999', '6.0.0', '5.7', '5.7.1x', ''), fc.string())
    fc.assert(
      fc.property(fc.constantFrom(...HOOKS), fc.constantFrom(...RETURN_CODES), status, (hook, code, wanted) => {
        const reply = composeReply(hook, verdict(code, 'text', wanted), NAMES)
        if (reply?.status === undefined) return
        assert.match(reply.status, /^[245]\.\d{1,3}\.\d{1,3}$/)
        assert.equal(reply.status[0], String(reply.code)[0])
      }),
    )
  })

  it('the code of the table, whatever it says', () => {
    for (const hook of HOOKS) {
      for (const code of RETURN_CODES.filter((one) => isAllowedAt(hook, one))) {
        const reply = composeReply(hook, verdict(code, '250 2.0.0 Queued', '2.0.0'), NAMES)
        assert.equal(reply?.code, REPLY_TABLE[hook][code]?.reply?.code)
      }
    }
  })
})

describe('a reply code of the rule', () => {
  it('takes the place of that of the hook when it is of the same class', () => {
    const moved = { ...verdict('DENY', 'User not local', '5.1.6'), replyCode: 551 }
    assert.deepEqual(composeReply('rcpt', moved, NAMES), { code: 551, status: '5.1.6', text: 'User not local' })
    assert.equal(composeReply('rcpt', { ...verdict('DENYSOFT'), replyCode: 551 }, NAMES)?.code, 450)
    assert.equal(composeReply('rcpt', { ...verdict('OK'), replyCode: 551 }, NAMES)?.code, 250)
  })

  it('does not take the place of one that says the session is over, and says so of none', () => {
    assert.equal(composeReply('rcpt', { ...verdict('DENYSOFT_DISCONNECT'), replyCode: 451 }, NAMES)?.code, 421)
    assert.equal(composeReply('rcpt', { ...verdict('DENYSOFT'), replyCode: 421 }, NAMES)?.code, 450)
  })
})
