/** What a mail server and a milter agree on before anything else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { packet } from '../../src/attach/milter/packets.ts'
import { answers, negotiation } from './milter-rig.ts'
import { attachRig } from './rig.ts'

describe('the agreement', () => {
  it('is on version 6, edits of header fields, and no answers that nobody waits for', async () => {
    const rig = attachRig('milter')
    assert.deepEqual(await answers(rig, negotiation()), [`O 6 17 ${(1 << 7) | (1 << 19) | (1 << 20)}`])
  })

  it('is on what an older mail server can do', async () => {
    assert.deepEqual(await answers(attachRig('milter'), negotiation(0x7f, 0x3f, 2)), ['O 2 17 0'])
  })

  for (const [what, octets] of [
    ['a version that is too old', negotiation(0x7f, 0x3f, 1)],
    ['a mail server that allows no edits', negotiation(0x7f, 0x00)],
    ['an offer that is cut short', packet('O', '\0\0\0\x06')],
  ] as const)
    it(`comes to nothing with ${what}`, async () => {
      const rig = attachRig('milter')
      await rig.say(octets)
      assert.ok(rig.wire.closed)
      assert.equal(rig.heard(), '')
    })
})
