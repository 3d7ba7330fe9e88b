/** Names in HELO: material for rules, and no more. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { receivedField } from '../../src/smtp/received.ts'
import { askedFact } from '../support/asked-fact.ts'
import { ACCEPTING, HOSTNAME, type Rig, smtpRig } from '../support/smtp-rig.ts'

const LIAR = '192.0.2.7'

async function saying(name: string): Promise<Rig> {
  const rig = smtpRig({ policy: ACCEPTING, ip: LIAR })
  rig.session.start()
  await rig.settle()
  rig.heard()
  await rig.say(`EHLO ${name}\r\n`)
  return rig
}

describe('row 30: a HELO name that belongs to somebody else', () => {
  for (const name of [HOSTNAME, 'localhost', '[127.0.0.1]', '127.0.0.1', '[IPv6:::1]', 'friend.example', '(127.0.0.1)'])
    it(`(${name}) is a fact and grants nothing`, async () => {
      const rig = await saying(name)
      assert.match(rig.heard(), new RegExp(`^250-${HOSTNAME} Hi Unknown \\[${LIAR}\\]\r\n`))
      const facts = ['helo', 'remote_ip', 'remote_host', 'relay_client', 'immune', 'auth.user']
      assert.deepEqual(
        facts.map((one) => askedFact(one, rig)),
        [name, LIAR, undefined, false, false, undefined],
      )
      await rig.say('NONSENSE\r\n')
      assert.deepEqual(
        rig.log.map(({ fields }) => fields['remote_ip']),
        [LIAR],
      )
    })

  it('stands in Received beside the address, and cannot look like it', async () => {
    const rig = await saying('x(y);by[127.0.0.1]"z')
    const { connection } = rig.contexts.at(-1) ?? assert.fail()
    const { raw } = receivedField({ connection, hostname: HOSTNAME, id: 't1', now: 0 })
    assert.match(
      raw.toString(),
      /^Received: from x\?y\?\?by\[127\.0\.0\.1\]\?z \(\[192\.0\.2\.7\]\)\s+by mx\.example\.org/,
    )
  })
})
