/** Two messages out of one: every known way to end the content early, at every cut of the stream, through a session. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { HookContext } from '../../src/core/context.ts'
import { verdict } from '../../src/core/verdict.ts'
import { contentRig, type Rig } from '../support/smtp-rig.ts'

const HEAD = 'Subject: hi\r\n\r\nbody'
const SMUGGLED = 'MAIL FROM:<smuggled@evil.example>\r\nRCPT TO:<r@example.org>\r\nDATA\r\nspam\r\n.\r\n'

/** Names are those of the octets; each holds a bare CR or LF somewhere. */
const VIOLATIONS: Readonly<Record<string, string>> = {
  'LF . LF': '\n.\n',
  'LF . CRLF': '\n.\r\n',
  'CR . CR': '\r.\r',
  'CR . CRLF': '\r.\r\n',
  'CR . LF': '\r.\n',
  'LF . CR': '\n.\r',
  'CRLF . LF': '\r\n.\n',
  'CRLF . CR': '\r\n.\r',
  'CRLF . CR CRLF': '\r\n.\r\r\n',
  'CR CRLF . CRLF': '\r\r\n.\r\n',
  'CRLF CR . CRLF': '\r\n\r.\r\n',
  'LF CRLF . CRLF': '\n\r\n.\r\n',
}

/** These end nothing: they are text. */
const TEXTS: Readonly<Record<string, string>> = {
  'CRLF . NUL CRLF': '\r\n.\0\r\n',
  'CRLF NUL . CRLF': '\r\n\0.\r\n',
  'CRLF . SP CRLF': '\r\n. \r\n',
  'CRLF SP . CRLF': '\r\n .\r\n',
  'CRLF . . CRLF': '\r\n..\r\n',
}

const REFUSED = '554 5.5.2 The message has a bare CR or LF; lines end in CRLF\r\n'

function sayCut(rig: Rig, octets: string, places: readonly number[]): void {
  let from = 0
  for (const place of [...places.toSorted((a, b) => a - b), octets.length]) {
    if (place <= from) continue
    rig.session.receive(Buffer.from(octets.slice(from, place), 'latin1'))
    from = place
  }
}

describe('a content with a bare CR or LF is refused once and closes the session', () => {
  for (const [name, octets] of Object.entries(VIOLATIONS)) {
    it(`${name}, cut anywhere`, async () => {
      const stream = HEAD + octets + SMUGGLED
      for (let place = 0; place < stream.length; place += 1) {
        const rig = await contentRig()
        sayCut(rig, stream, [place])
        await rig.settle()
        assert.equal(rig.heard(), REFUSED, `cut at ${place}`)
        assert.ok(rig.wire.closed)
        assert.deepEqual(
          rig.hooks.filter((hook) => hook === 'mail' || hook === 'queue'),
          [],
        )
      }
    })
  }
})

describe('what only looks like an end is text of one message', () => {
  for (const [name, octets] of Object.entries(TEXTS)) {
    it(`${name}, cut anywhere`, async () => {
      const stream = HEAD + octets + SMUGGLED
      for (let place = 0; place < stream.length; place += 1) {
        let content = ''
        const queue = ({ transaction }: HookContext) => {
          content = transaction?.message?.body.head(1000).toString('latin1') ?? ''
          return verdict('OK')
        }
        const rig = await contentRig({ policy: { queue } })
        sayCut(rig, stream, [place])
        await rig.settle()
        assert.equal(rig.heard(), '250 2.0.0 Queued\r\n', `cut at ${place}`)
        assert.equal(content, `body${octets.replace('\n.', '\n')}${SMUGGLED.slice(0, -3)}`)
      }
    })
  }
})

it('any stream of lines, dots and line ends says the same however it is cut', async () => {
  const token = fc.constantFrom(
    '\r',
    '\n',
    '.',
    '\r\n',
    '\r\n.',
    '\r\n.\r\n',
    'NOOP',
    'A: b',
    '\0',
    ' ',
    'QUIT\r\n',
    'MAIL FROM:<>\r\n',
  )
  const stream = fc.array(token, { maxLength: 15 }).map((tokens) => tokens.join(''))
  const cuts = fc.array(fc.nat(100), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(stream, cuts, fc.boolean(), async (octets, places, asynchronous) => {
      const [whole, cut] = [await contentRig(), await contentRig({ asynchronous })]
      sayCut(whole, octets, [])
      sayCut(cut, octets, places)
      await whole.settle()
      await cut.settle()
      assert.equal(cut.heard(), whole.heard())
      assert.equal(cut.wire.closed, whole.wire.closed)
      assert.deepEqual(cut.hooks, whole.hooks)
    }),
    { numRuns: 500 },
  )
})

it('the true end is seen at every place around 64 KiB', async () => {
  const lines = `${'a'.repeat(62)}\r\n`.repeat(1000)
  for (let shift = -6; shift <= 6; shift += 1) {
    const rig = await contentRig()
    const end = '\r\n.\r\n'
    const stream = lines + 'b'.repeat(65536 - lines.length - end.length + shift) + end
    sayCut(rig, `${stream}NOOP\r\n`, [65536])
    await rig.settle()
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n250 2.0.0 OK\r\n', `end shifted by ${shift}`)
  }
})
