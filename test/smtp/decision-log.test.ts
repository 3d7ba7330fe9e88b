/** The decision log: what an admin who asks "why was this mail refused?" finds, and what never gets there. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Log } from '../../src/core/ports.ts'
import { replyRow } from '../../src/core/reply-table.ts'
import { verdict } from '../../src/core/verdict.ts'
import { logRuling } from '../../src/smtp/decision-log.ts'
import { type LogLine, outcomeOf, type Rig, type RigOptions, smtpConnection, smtpRig } from '../support/smtp-rig.ts'

async function session(options: RigOptions, ...said: readonly string[]): Promise<Rig> {
  const rig = smtpRig(options)
  rig.session.start()
  await rig.settle()
  for (const octets of said) await rig.say(octets)
  return rig
}

const ENVELOPE = 'HELO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n'

function present({ level, fields, text }: LogLine): Record<string, unknown> {
  return { level, msg: text, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) }
}

const CONNECTION = { connection: 'c1', remote_ip: '192.0.2.7', revision: 'r1' }
const TRANSACTION = { ...CONNECTION, transaction: 't1', sender: 'a@b.example' }

function table(hook: string): Record<string, string> {
  return { plugin: 'table', rule: hook, at: 'table.yaml:1:1' }
}

describe('the decision log', () => {
  it('names the rule behind a refusal, the recipient, and what the client heard', async () => {
    const { log } = await session({ policy: { rcpt: verdict('DENY', 'no\nsuch user', '5.1.1') } }, ENVELOPE)
    assert.deepEqual(log.map(present), [
      {
        ...TRANSACTION,
        ...table('rcpt'),
        level: 'info',
        msg: 'refused',
        rcpt: 'c@example.org',
        hook: 'rcpt',
        code: 'DENY',
        status: '5.1.1',
        text: 'no\nsuch user',
        reply: '550-5.1.1 no\n550 5.1.1 such user',
      },
    ])
  })

  it('has a line for a refusal nobody decided', async () => {
    const { log } = await session({}, ENVELOPE)
    assert.deepEqual(log.map(present), [
      {
        ...TRANSACTION,
        level: 'info',
        msg: 'refused',
        rcpt: 'c@example.org',
        hook: 'rcpt',
        code: 'DECLINED',
        reply: '450 4.7.1 No plugin decided if relaying is allowed',
      },
    ])
  })

  it('has a line for a message that was taken, and none of its content', async () => {
    const policy = { rcpt: verdict('OK'), queue: verdict('OK', 'Queued as 7') }
    const { log } = await session({ policy }, `${ENVELOPE}DATA\r\n`, 'Subject: secret\r\n\r\nsecret\r\n.\r\n')
    const lines = log.map(present)
    assert.deepEqual(
      lines.find(({ msg }) => msg === 'accepted'),
      {
        ...TRANSACTION,
        ...table('queue'),
        level: 'info',
        msg: 'accepted',
        hook: 'queue',
        code: 'OK',
        text: 'Queued as 7',
        reply: '250 2.0.0 Queued as 7',
        recipients: 1,
        size: 141,
      },
    )
    assert.deepEqual(
      lines.map(({ level, msg, hook }) => [level, msg, hook]),
      [
        ['debug', 'decided', 'rcpt'],
        ['info', 'accepted', 'queue'],
      ],
    )
    assert.ok(!JSON.stringify(log).includes('secret'))
  })

  it('has a line for what the protocol refuses, and never the command: it may be a password', async () => {
    const { log } = await session({}, 'AUTH PLAIN c2VjcmV0\r\nc2VjcmV0\r\nMAIL FROM:<>\r\n')
    assert.deepEqual(
      log.map(({ fields }) => fields['reply']),
      ['500 5.5.1 Unrecognized command', '500 5.5.1 Unrecognized command', '503 5.5.1 Say EHLO first'],
    )
    assert.ok(!JSON.stringify(log).includes('2VjcmV0'.toUpperCase()) && !JSON.stringify(log).includes('2VjcmV0'))
  })

  it('has a line for what a rule in monitor mode would have decided', () => {
    const log: LogLine[] = []
    const monitored = [{ plugin: 'house', rule: 'no-date', at: 'house.yaml:9:3', verdict: verdict('DENY', 'No date') }]
    const subject = { connection: smtpConnection(), transaction: undefined, recipient: undefined, revision: 'r1' }
    const outcome = { ...outcomeOf('data_post', verdict('DECLINED')), monitored }
    const write: Log['write'] = (level, fields, text) => log.push({ level, fields, text })
    logRuling({ write }, subject, { outcome, row: replyRow('data_post', 'DECLINED'), reply: undefined })
    assert.deepEqual(log.map(present), [
      {
        ...CONNECTION,
        level: 'info',
        msg: 'would have decided',
        hook: 'data_post',
        code: 'DENY',
        text: 'No date',
        plugin: 'house',
        rule: 'no-date',
        at: 'house.yaml:9:3',
        mode: 'monitor',
      },
    ])
  })

  it('says nothing where nobody spoke', async () => {
    const { log } = await session({}, 'HELO client.example\r\nNOOP\r\nMAIL FROM:<>\r\nQUIT\r\n')
    assert.deepEqual(log, [])
  })
})
