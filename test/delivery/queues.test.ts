/** Queues of other mailers, with a shell script in the mailer's place. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../src/core/delivery.ts'
import { eximBsmtp } from '../../src/delivery/exim-bsmtp.ts'
import { postfixQueue } from '../../src/delivery/postfix-queue.ts'
import { qmailQueue } from '../../src/delivery/qmail-queue.ts'
import { CONTENT, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { ProgramDirectory } from '../support/program.ts'

const LF_CONTENT = CONTENT.replaceAll('\r\n', '\n')
const BOTH = ['bob@example.org', 'eve@example.org']

let programs: ProgramDirectory
before(async () => (programs = await ProgramDirectory.make()))
after(() => programs.remove())

describe('qmail_queue', () => {
  async function through(body: string, parts: JobParts = {}): Promise<DeliveryOutcome> {
    const program = await programs.script('qmail-queue', body)
    return answer(deliveryTarget(qmailQueue, { program }), deliveryJob(parts))
  }

  it('gives the message on 0 and the envelope on 1', async () => {
    const body = 'cat > $DIR/message; cat <&1 > $DIR/envelope'
    assert.equal((await through(body, { from: '', to: BOTH })).kind, 'delivered')
    assert.equal(await programs.read('message'), LF_CONTENT)
    assert.equal(await programs.read('envelope'), 'F\0Tbob@example.org\0Teve@example.org\0\0')
  })

  const codes: readonly (readonly [number, DeliveryOutcome['kind']])[] = [
    [11, 'refused'],
    [31, 'refused'],
    [40, 'refused'],
    [10, 'deferred'],
    [41, 'deferred'],
    [53, 'deferred'],
    [91, 'deferred'],
    [111, 'deferred'],
  ]
  for (const [code, kind] of codes)
    it(`answers ${kind} to exit code ${code}`, async () => {
      assert.equal((await through(`cat >/dev/null; cat <&1 >/dev/null; exit ${code}`)).kind, kind)
    })

  it('is killed before it has an envelope and half of a message', async () => {
    const content = `Subject: x\r\n\r\n${'line\r\n'.repeat(50_000)}a\nb`
    assert.equal((await through('cat > /dev/null; touch $DIR/queued', { content })).kind, 'refused')
    assert.ok(!existsSync(join(programs.path, 'queued')))
  })
})

describe('postfix_queue', () => {
  async function argumentsOf(parts: JobParts, options: object = {}): Promise<readonly string[]> {
    const program = await programs.script('sendmail', 'cat > $DIR/in; for a; do echo "$a"; done > $DIR/args')
    assert.equal(
      (await answer(deliveryTarget(postfixQueue, { program, ...options }), deliveryJob(parts))).kind,
      'delivered',
    )
    return (await programs.read('args')).split('\n').slice(0, -1)
  }

  it('gives sendmail the envelope after --', async () => {
    const given = await argumentsOf({ from: '-bp@example.net', to: ['-q@example.org'] })
    assert.deepEqual(given, ['-G', '-i', '-f', '-bp@example.net', '--', '-q@example.org'])
    assert.equal(await programs.read('in'), LF_CONTENT)
  })

  it('passes on what sendmail can say of DSN', async () => {
    const mailParams = { BODY: '8bitmime', RET: 'HDRS', ENVID: 'Q+2BQ' }
    const given = await argumentsOf({ mailParams, rcptParams: { NOTIFY: 'NEVER' } }, { config: '/etc/postfix-in' })
    const expected = ['-C', '/etc/postfix-in', '-G', '-i', '-B', '8BITMIME', '-R', 'hdrs', '-V', 'Q+2BQ', '-N', 'never']
    assert.deepEqual(given.slice(0, 12), expected)
  })

  it('refuses parameters that are malformed', async () => {
    const target = deliveryTarget(postfixQueue, { program: '/no/such/program' })
    const said = await answer(target, deliveryJob({ mailParams: { ENVID: 'a\nb' } }))
    assert.deepEqual(said, { kind: 'refused', text: 'The parameter ENVID is malformed', status: '5.5.4' })
  })
})

describe('exim_bsmtp', () => {
  async function through(body: string, parts: JobParts = {}): Promise<DeliveryOutcome> {
    const program = await programs.script('rsmtp', body)
    return answer(deliveryTarget(eximBsmtp, { program }), deliveryJob(parts))
  }

  it('gives one batch, with dots stuffed', async () => {
    const content = 'Subject: dots\r\n\r\n.\r\nQUIT\r\n..x\r\nno end'
    assert.equal((await through('cat > $DIR/batch; echo "$@" > $DIR/args', { to: BOTH, content })).kind, 'delivered')
    assert.equal(await programs.read('args'), '-bS\n')
    assert.deepEqual((await programs.read('batch')).split('\r\n'), [
      'HELO mx.example.org',
      'MAIL FROM:<ann@example.net>',
      'RCPT TO:<bob@example.org>',
      'RCPT TO:<eve@example.org>',
      'DATA',
      'Subject: dots',
      '',
      '..',
      'QUIT',
      '...x',
      'no end',
      '.',
      'QUIT',
      '',
    ])
  })

  const cases: readonly (readonly [string, DeliveryOutcome])[] = [
    [
      "echo 'The error message was:'; echo; echo '  550 no such user'; exit 2",
      { kind: 'refused', text: 'Exim refused the message: no such user' },
    ],
    ["echo '  451 later\u0007'; exit 2", { kind: 'deferred', text: 'Exim refused the message: later?' }],
    ["echo '550 no'; exit 0", { kind: 'refused', text: 'Exim refused the message: no' }],
    ['exit 1', { kind: 'deferred', text: 'Delivery failed (exit code 1)', status: '4.3.0' }],
    ['echo 2026-11-20 550; exit 0', { kind: 'delivered', text: 'Queued! T1' }],
  ]
  for (const [body, expected] of cases)
    it(`answers ${expected.kind} to \`${body}\``, async () => {
      assert.deepEqual(await through(`cat >/dev/null; ${body}`), expected)
    })

  it('never ends a half', async () => {
    const content = `Subject: x\r\n\r\n${'line\r\n'.repeat(50_000)}\n.\nQUIT`
    assert.equal((await through('cat > $DIR/half; touch $DIR/ended', { content })).kind, 'refused')
    assert.ok(!existsSync(join(programs.path, 'ended')))
    assert.doesNotMatch(await programs.read('half'), /\r\n\.\r\n/)
  })
})
