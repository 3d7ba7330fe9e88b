/** What a log that keeps lines hears of a session: when something is over, and whether it was refused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LogEnding } from '../../src/core/ports.ts'
import { verdict } from '../../src/core/verdict.ts'
import { ACCEPTING, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

async function endings(options: RigOptions, ...said: readonly string[]): Promise<readonly LogEnding[]> {
  const rig = smtpRig(options)
  rig.session.start()
  await rig.settle()
  for (const octets of said) await rig.say(octets)
  rig.session.gone()
  await rig.settle()
  return rig.endings
}

const MESSAGE = 'DATA\r\n'
const END = 'Subject: hi\r\n\r\nhi\r\n.\r\n'
const ENVELOPE = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n'
const transaction = (refused: boolean): LogEnding => ({ of: 'transaction', refused })
const session = (refused: boolean): LogEnding => ({ of: 'session', refused })

describe('the end', () => {
  it('of a transaction says whether something was refused in it', async () => {
    const taken = await endings({ policy: ACCEPTING }, 'HELO a.example\r\n', ENVELOPE, MESSAGE, END, 'QUIT\r\n')
    assert.deepEqual(taken, [transaction(false), session(false)])
    const refused = await endings(
      { policy: { rcpt: verdict('DENY') } },
      'HELO a.example\r\n',
      ENVELOPE,
      'RSET\r\n',
      'QUIT\r\n',
    )
    assert.deepEqual(refused, [transaction(true), session(false)])
  })

  it('of the first one is that of what came before it, and each stands for itself', async () => {
    let asked = 0
    const helo = () => verdict((asked += 1) === 1 ? 'DENY' : 'DECLINED')
    const said = ['HELO a.example\r\n', 'HELO a.example\r\n', ENVELOPE, 'RSET\r\n', ENVELOPE, 'RSET\r\n']
    assert.deepEqual(await endings({ policy: { ...ACCEPTING, helo } }, ...said), [
      transaction(true),
      transaction(false),
      session(false),
    ])
  })

  it('of a session without a transaction is told once', async () => {
    assert.deepEqual(await endings({ policy: { connect: verdict('DENY') } }), [session(true)])
    assert.deepEqual(await endings({}, 'QUIT\r\n'), [session(false)])
  })
})
