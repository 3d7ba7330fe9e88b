/** A connection that ends anywhere: nothing half is delivered, nothing that was not finished is, and no session stays. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeliveryJob } from '../../src/core/delivery.ts'
import type { Rig } from '../support/smtp-rig.ts'
import { realSite, siteFile } from './real-site.ts'

const CONTENT = 'Subject: hi\r\n\r\n..one\r\ntwo\r\n.\r\n'
const STEPS = ['EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n', 'DATA\r\n', CONTENT]
const BEFORE_END = STEPS.join('').length

async function text({ message }: DeliveryJob): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of message.body.read()) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

/** The first octets of the conversation, DATA and content each in their turn. */
function beginning(length: number): readonly string[] {
  let left = length
  return STEPS.map((step) => {
    const piece = step.slice(0, left)
    left -= piece.length
    return piece
  }).filter((piece) => piece !== '')
}

const ENDS: Readonly<Record<string, (rig: Rig) => void>> = {
  'the socket is gone': ({ session }) => session.gone(),
  'the client closes its side': ({ session }) => session.endInput(),
}

describe('a conversation cut at every octet', () => {
  for (const [how, end] of Object.entries(ENDS))
    it(`delivers nothing but after its last one: ${how}`, async () => {
      const site = await realSite({ 'postern.yaml': siteFile([]) })
      for (let length = 0; length <= BEFORE_END; length += 1) {
        const rig = await site.session(...beginning(length))
        end(rig)
        rig.session.gone()
        await rig.session.over
        assert.equal(rig.clock.pending(), 0, `a timer is left after ${length} octets`)
        const whole = length === BEFORE_END
        assert.deepEqual(await Promise.all(site.delivered.splice(0).map(text)), whole ? ['.one\r\ntwo\r\n'] : [])
      }
    })
})
