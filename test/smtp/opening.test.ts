/** The client's name is looked up before it is greeted, and the greeting does not wait for it for ever. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Unknown } from '../../src/core/truth.ts'
import { smtpRig } from '../support/smtp-rig.ts'

it('a client whose name server is silent is greeted after ten seconds, with a name that is unknown', async () => {
  const rig = smtpRig({ ports: { resolver: { resolve: () => new Promise(() => undefined) } } })
  rig.session.start()
  rig.clock.advance(9_999)
  await rig.settle()
  assert.equal(rig.heard(), '')
  rig.clock.advance(1)
  await rig.settle()
  assert.match(rig.heard(), /^220 /)
  const host = rig.contexts.at(-1)?.connection.remoteHost
  assert.equal(host instanceof Unknown && host.because, 'no answer within 10000 ms')
})
