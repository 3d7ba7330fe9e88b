/** Walks the reply table: at every hook a client can reach, every return code, through a session. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hook } from '../../src/core/hook.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { isAllowedAt, replyRow } from '../../src/core/reply-table.ts'
import { RETURN_CODES, type ReturnCode, verdict } from '../../src/core/verdict.ts'
import { composeReply, formatReply } from '../../src/smtp/reply.ts'
import { HOSTNAME, type Rig, smtpRig } from '../support/smtp-rig.ts'

const CONTENT = 'Subject: hi\r\n\r\nbody\r\n.\r\n'

/** What the client says before, what reaches the hook, and what it hears when nobody objects (absent: the table says it). */
interface Walk {
  readonly before: readonly string[]
  readonly say: string
  readonly subject?: string
  readonly passed?: string
  /** OK with a text does something other than to say it. */
  readonly isTextUsed?: boolean
}

const HELLO = 'HELO client.example\r\n'
const MAIL = 'MAIL FROM:<a@b.example>\r\n'
const RCPT = 'RCPT TO:<c@example.org>\r\n'
const QUEUED = '250 2.0.0 Queued\r\n'
const GREETING = `220 ${HOSTNAME} ESMTP Postern ready\r\n`
const content: Walk = { before: [HELLO, MAIL, RCPT, 'DATA\r\n'], say: CONTENT, passed: QUEUED }

const WALKS: Partial<Record<Hook, Walk>> = {
  pre_connection: { before: [], say: '', passed: GREETING },
  connect: { before: [], say: '', passed: GREETING },
  helo: { before: [], say: HELLO, passed: `250 ${HOSTNAME} Hi Unknown [192.0.2.7]\r\n` },
  ehlo: {
    before: [],
    say: 'EHLO client.example\r\n',
    passed: `250-${HOSTNAME} Hi Unknown [192.0.2.7]\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 26214400\r\n250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250-SMTPUTF8\r\n250-PRDR\r\n250-AUTH PLAIN\r\n250 LIMITS MAILMAX=1000 RCPTMAX=1000\r\n`,
  },
  auth: { before: ['EHLO client.example\r\n'], say: 'AUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n' },
  mail_pre: { before: [HELLO], say: MAIL, passed: '250 2.1.0 <a@b.example>, sender OK\r\n', isTextUsed: true },
  mail: { before: [HELLO], say: MAIL, subject: '<a@b.example>' },
  rcpt_pre: {
    before: [HELLO, MAIL],
    say: RCPT,
    passed: '250 2.1.5 <c@example.org>, recipient ok\r\n',
    isTextUsed: true,
  },
  rcpt: { before: [HELLO, MAIL], say: RCPT, subject: '<c@example.org>' },
  data: {
    before: [HELLO, MAIL, RCPT],
    say: 'DATA\r\n',
    passed: '354 Go ahead; end with a dot on a line of its own\r\n',
  },
  data_headers_end: content,
  data_post_headers: content,
  received_line: content,
  data_post: content,
  queue_pre: content,
  queue: { ...content, passed: '' },
  queue_post: content,
  reset_transaction: { before: [HELLO, MAIL], say: 'RSET\r\n', passed: '250 2.0.0 OK\r\n' },
  quit: { before: [], say: 'QUIT\r\n' },
  vrfy: { before: [], say: 'VRFY bob\r\n' },
  noop: { before: [], say: 'NOOP\r\n' },
  help: { before: [], say: 'HELP\r\n', subject: 'EHLO HELO BDAT AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT' },
  unrecognized_command: { before: [], say: 'FOO\r\n' },
}

async function walk(hook: Hook, code: ReturnCode, { before, say }: Walk, message?: string): Promise<Rig> {
  const offer = { auth: { mechanisms: ['PLAIN'], withoutTls: true } }
  const rig = smtpRig({ offer, policy: { rcpt: verdict('OK'), queue: verdict('OK'), [hook]: verdict(code, message) } })
  rig.session.start()
  await rig.settle()
  if (say === '') return rig
  for (const line of before) await rig.say(line)
  rig.heard()
  await rig.say(say)
  rig.clock.advance(LIMITS.auth_delay.default)
  await rig.settle()
  return rig
}

function expected(hook: Hook, code: ReturnCode, { subject = '', passed }: Walk, message?: string): string {
  const row = replyRow(hook, code)
  const reply = composeReply(hook, verdict(code, message), { subject, hostname: HOSTNAME })
  if (row.meaning === 'silent') return ''
  return reply ? formatReply(reply) : (passed ?? '')
}

const TRANSACTION: readonly Hook[] = ['mail', 'data', 'data_post_headers', 'data_post', 'queue_pre', 'queue']

for (const [hook, steps] of Object.entries(WALKS) as [Hook, Walk][]) {
  describe(hook, () => {
    for (const code of RETURN_CODES) {
      const row = replyRow(hook, code)
      it(`${code}: ${row.meaning}${row.close ? ', closed' : ''}`, async () => {
        const rig = await walk(hook, code, steps)
        assert.equal(rig.heard(), expected(hook, code, steps))
        assert.equal(rig.wire.closed, row.close ?? false)
        assert.equal(rig.hooks.filter((name) => name === hook).length, 1)
      })
      if (!isAllowedAt(hook, code) || (steps.isTextUsed && code === 'OK')) continue
      it(`${code} with a text of its own`, async () => {
        const rig = await walk(hook, code, steps, 'first line\nsecond line')
        assert.equal(rig.heard(), expected(hook, code, steps, 'first line\nsecond line'))
      })
      if (row.meaning !== 'refuse' || row.close || !TRANSACTION.includes(hook)) continue
      it(`${code} ends the transaction and keeps the session in step`, async () => {
        const rig = await walk(hook, code, steps)
        rig.heard()
        await rig.say(`${RCPT}NOOP\r\n`)
        assert.equal(rig.heard(), '503 5.5.1 Use MAIL first\r\n250 2.0.0 OK\r\n')
        assert.equal(rig.hooks.filter((name) => name === 'reset_transaction').length, 1)
      })
    }
  })
}
