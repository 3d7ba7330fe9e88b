/**
 * Commands that somebody in between adds to STARTTLS (CVE-2011-0411), however the stream is cut: they are answered neither
 * before nor inside TLS, and no handshake succeeds behind them.
 */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import { verdict } from '../../src/core/verdict.ts'
import { immediate } from '../support/immediate.ts'
import { ACCEPTING } from '../support/smtp-rig.ts'
import { encrypted } from '../support/tls-client.ts'
import { greeted, type House, house } from './house.ts'
import { speaking } from './tls-house.ts'

const SEED = 20261120
const BEFORE = 'EHLO c.example\r\n'
const STARTTLS = 'STARTTLS\r\n'

/** How many turns the server has between two pieces. */
const TURNS = 3

async function inPieces(say: (octets: string) => void, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    say(piece)
    for (let turn = 0; turn < TURNS; turn += 1) await immediate()
  }
}

/** The injected commands, then an honest handshake with a command inside. Answers with what the client could read of it. */
async function inject(rig: House, pieces: readonly string[]): Promise<string> {
  const clear = await greeted(rig)
  let plain = ''
  clear.socket.on('data', (octets: Buffer) => (plain += octets.toString('latin1')))
  await inPieces((octets) => clear.say(octets), pieces)
  if (clear.socket.readableEnded || clear.socket.destroyed) return plain
  const client = encrypted(clear)
  rig.keep(client)
  client.say('NOOP inside\r\nQUIT\r\n')
  return plain + (await client.rest())
}

async function injectionHouse(test: TestContext): Promise<House> {
  const noop = () => Promise.resolve(verdict('OK', 'a noop was answered'))
  return house(test, { policy: { ...ACCEPTING, noop }, services: speaking('starttls') })
}

/** Injected commands leave no trace but, at most, the refusal of STARTTLS. */
function check(rig: House, heard: string): void {
  const hooks = rig.contexts.splice(0).map(({ hook }) => hook)
  assert.deepEqual(
    hooks.filter((hook) => hook === 'noop' || hook === 'mail'),
    [],
  )
  assert.doesNotMatch(heard, /answered|sender OK/)
}

describe('row 22: commands behind STARTTLS', () => {
  it('are answered nowhere, wherever the stream is cut', async (test) => {
    const rig = await injectionHouse(test)
    const stream = `${BEFORE}${STARTTLS}NOOP injected\r\nMAIL FROM:<evil@b.example>\r\n`
    for (let cut = BEFORE.length; cut <= stream.length; cut += 1)
      check(
        rig,
        await inject(
          rig,
          [stream.slice(0, cut), stream.slice(cut)].filter((piece) => piece !== ''),
        ),
      )
  })

  it('are answered nowhere, whatever they are and in however many pieces', async (test) => {
    const rig = await injectionHouse(test)
    const command = fc.constantFrom(
      'NOOP x\r\n',
      'MAIL FROM:<>\r\n',
      'NOOP',
      '\r\n',
      '\0',
      'STARTTLS\r\n',
      '\x16\x03\x01',
    )
    const injected = fc.array(command, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
    const cuts = fc.array(fc.nat({ max: 80 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(injected, cuts, async (evil, at) => {
        const stream = `${BEFORE}${STARTTLS}${evil}`
        const sorted = [0, ...at.filter((cut) => cut < stream.length), stream.length].toSorted((a, b) => a - b)
        const pieces = sorted.slice(1).map((end, index) => stream.slice(sorted[index], end))
        check(
          rig,
          await inject(
            rig,
            pieces.filter((piece) => piece !== ''),
          ),
        )
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  it('and a client that waits is answered inside', async (test) => {
    const rig = await injectionHouse(test)
    const clear = await greeted(rig)
    await inPieces((octets) => clear.say(octets), [...STARTTLS])
    await clear.hear('220 2.0.0 Ready to start TLS\r\n')
    const client = encrypted(clear)
    rig.keep(client)
    client.say('NOOP\r\n')
    assert.equal(await client.hear('\r\n'), '250 2.0.0 a noop was answered\r\n')
  })
})
