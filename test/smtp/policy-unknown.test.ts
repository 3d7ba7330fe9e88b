/** A recipient whose policy nobody can tell now has to wait; nobody is asked about it, and the others go on. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressText } from '../../src/core/mail/address.ts'
import { noPolicy, type Policies, unknownPolicy } from '../../src/core/policy.ts'
import { verdict } from '../../src/core/verdict.ts'
import { smtpRig } from '../support/smtp-rig.ts'

const policies: Policies = {
  find: async (recipient) =>
    addressText(recipient).startsWith('ann@') ? unknownPolicy('nobody answers', 'sqlite:p.db') : noPolicy(),
}

describe('a recipient whose policy is unknown', () => {
  it('hears 451 4.4.3, whatever rules would say, and is not among those who get the message', async () => {
    const asked: string[] = []
    const rig = smtpRig({
      policies,
      policy: {
        rcpt: ({ recipient }) => {
          if (recipient) asked.push(addressText(recipient.address))
          return verdict('OK')
        },
      },
    })
    rig.session.start()
    await rig.settle()
    rig.heard()
    for (const line of ['EHLO c.example', 'MAIL FROM:<a@b.example>']) await rig.say(`${line}\r\n`)
    rig.heard()
    for (const name of ['ann', 'bob']) await rig.say(`RCPT TO:<${name}@example.org>\r\n`)
    assert.equal(
      rig.heard(),
      '451 4.4.3 The policy of this recipient cannot be looked up now, try again later\r\n250 2.1.5 <bob@example.org>, recipient ok\r\n',
    )
    assert.deepEqual(asked, ['bob@example.org'])
    const [line] = rig.log.filter(({ text }) => text === 'a recipient has to wait for its policy')
    assert.deepEqual(
      [line?.level, line?.fields['rcpt'], line?.fields['because']],
      ['warn', 'ann@example.org', 'nobody answers'],
    )
  })
})
