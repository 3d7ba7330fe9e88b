/** BDAT (RFC 3030): what comes in chunks is the message that DATA would have brought, and never a command. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Message } from '../../src/core/mail/message.ts'
import { verdict } from '../../src/core/verdict.ts'
import { ACCEPTING, ENVELOPE, greetedRig, type Rig } from '../support/smtp-rig.ts'

interface Mailbox {
  readonly rig: Rig
  /** Content of what was delivered, without our Received field. */
  readonly messages: string[]
}

async function mailbox(): Promise<Mailbox> {
  const messages: string[] = []
  const rig = await greetedRig({
    limits: { junk_commands: 100_000, errors: 100_000, transactions: 100_000 },
    policy: {
      ...ACCEPTING,
      queue: async ({ transaction }) => {
        if (transaction?.message) messages.push(await textOf(transaction.message))
        return verdict('OK')
      },
    },
  })
  return { rig, messages }
}

async function textOf(message: Message): Promise<string> {
  message.remove('Received')
  const octets: Uint8Array[] = []
  for await (const piece of message.read()) octets.push(piece)
  return Buffer.concat(octets).toString('latin1')
}

function cutAt(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).toSorted((a, b) => a - b), text.length]
  return sorted.slice(1).map((place, index) => text.slice(sorted[index], place))
}

function asChunks(pieces: readonly string[]): string {
  const last = pieces.length - 1
  return pieces.map((piece, index) => `BDAT ${piece.length}${index === last ? ' LAST' : ''}\r\n${piece}`).join('')
}

const line = fc.constantFrom(
  '',
  '.',
  '..',
  '.x',
  'A: b',
  ' folded',
  'RSET',
  'MAIL FROM:<x@y.example>',
  '\xff\0',
  'x'.repeat(70),
)
const content = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => `${lines.join('\r\n')}\r\n`)
const cuts = fc.array(fc.nat(1000), { maxLength: 5 })

describe('a message in chunks', () => {
  it('is the message that came after DATA, however it is cut into chunks and packets', async () => {
    await fc.assert(
      fc.asyncProperty(content, cuts, cuts, async (text, chunks, packets) => {
        const { rig, messages } = await mailbox()
        const stuffed = text.replaceAll(/(^|\r\n)\./g, '$1..')
        await rig.say(`${ENVELOPE}DATA\r\n`)
        await rig.say(`${stuffed}.\r\n`)
        for (const packet of cutAt(`${ENVELOPE}${asChunks(cutAt(text, chunks))}`, packets))
          rig.session.receive(Buffer.from(packet, 'latin1'))
        await rig.settle()
        assert.deepEqual(messages, [text, text])
        assert.match(rig.heard(), /250 2\.0\.0 Queued\r\n$/)
      }),
      { numRuns: 150, seed: 3030 },
    )
  })

  it('need not end in CRLF', async () => {
    const { rig, messages } = await mailbox()
    await rig.say(`${ENVELOPE}${asChunks(['A: b\r\n\r\n', 'no line end'])}`)
    assert.deepEqual(messages, ['A: b\r\n\r\nno line end'])
  })
})

describe('the octets of a chunk', () => {
  const SMUGGLED = 'VRFY smuggled\r\n'
  const payload = fc.array(fc.constantFrom(SMUGGLED, 'A: b\r\n', '\r\n', '\n', '\r', '.\r\n', 'x'), { maxLength: 5 })
  const chunk = fc.tuple(payload, fc.boolean()).map(([parts, last]) => ({
    text: `BDAT ${parts.join('').length}${last ? ' LAST' : ''}\r\n${parts.join('')}`,
    replies: 1,
  }))
  const command = fc
    .constantFrom('NOOP', 'RSET', 'MAIL FROM:<a@b.example>', 'RCPT TO:<c@example.org>', 'HELO x', 'FOO')
    .map((text) => ({ text: `${text}\r\n`, replies: 1 }))
  const steps = fc.array(fc.oneof(chunk, command), { maxLength: 14 })

  it('row 10: are never commands, in whatever order commands and chunks come', async () => {
    await fc.assert(
      fc.asyncProperty(steps, cuts, async (sequence, packets) => {
        const { rig } = await mailbox()
        const stream = sequence.map(({ text }) => text).join('')
        for (const packet of cutAt(stream, packets)) rig.session.receive(Buffer.from(packet, 'latin1'))
        await rig.settle()
        const replies = rig.heard().match(/^\d{3} /gm) ?? []
        assert.equal(replies.length, sequence.length)
        assert.equal(rig.hooks.includes('vrfy'), false)
        assert.equal(rig.wire.closed, false)
        await rig.say(SMUGGLED)
        assert.match(rig.heard(), /^252 /)
      }),
      { numRuns: 300, seed: 3030 },
    )
  })

  it('row 32: are not kept once the message is too big, and read to their end', async () => {
    const { rig } = await mailbox()
    await rig.say(`${ENVELOPE}BDAT 60000000 LAST\r\n`)
    rig.heard()
    const piece = Buffer.from(`${'a'.repeat(998)}\r\n`.repeat(60))
    for (let count = 0; count < 1000; count += 1) rig.session.receive(piece)
    await rig.settle()
    assert.equal(rig.heard(), '552 5.3.4 Message too big\r\n')
    await rig.say('NOOP\r\n')
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n')
  })

  it('that do not come in time end the session', async () => {
    const { rig } = await mailbox()
    await rig.say(`${ENVELOPE}BDAT 10 LAST\r\nA: b`)
    rig.heard()
    rig.clock.advance(600_000)
    assert.match(rig.heard(), /^421 4\.4\.2 /)
  })
})
