/**
 * A mail server that goes away, or says no more, anywhere in its dialogue, while rules think and while they do not: what
 * was answered is a part of what would have been, every client that began is seen off once, and nothing is left running.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Hook } from '../../src/core/hook.ts'
import { immediate } from '../support/immediate.ts'
import { ENVELOPE, hello, MESSAGE, negotiation, QUIT_NC, connect } from './milter-rig.ts'
import { CONNECT, DATA, END, MAIL, request } from './policy-rig.ts'
import { type AttachRig, attachRig } from './rig.ts'

/** Two clients, one after the other. */
const DIALOGUES: Readonly<Record<'policy' | 'milter', string>> = {
  policy: [CONNECT, MAIL, {}, DATA, END, { client_address: '192.0.2.8' }].map((one) => request(one)).join(''),
  milter: negotiation() + ENVELOPE + MESSAGE + QUIT_NC + connect('192.0.2.8') + hello(),
}

const ENDS: Readonly<Record<string, (rig: AttachRig) => void>> = {
  'goes away': (rig) => rig.session.gone(),
  'closes its side': (rig) => rig.session.endInput(),
  'is told that the server stops': (rig) => rig.session.stop(),
  'is cut off': (rig) => rig.session.abort(),
}

/** Around the end of each request, and at places in between. */
function cutsIn(dialogue: string): readonly number[] {
  const ends = Array.from(dialogue.matchAll(/\n\n/g), ({ index }) => index)
  const step = ends.length > 0 ? 41 : 1
  const places = Array.from({ length: dialogue.length + 1 }, (_, octets) => octets)
  return places.filter((octets) => octets % step === 0 || ends.some((end) => octets >= end && octets <= end + 3))
}

const count = (hooks: readonly Hook[], wanted: Hook): number => hooks.filter((hook) => hook === wanted).length

async function whole(position: 'policy' | 'milter', asynchronous: boolean): Promise<string> {
  const rig = attachRig(position, { asynchronous })
  await rig.say(DIALOGUES[position])
  return rig.heard()
}

/** Lets a mail server say so many octets, and ends; rules may still be asked. */
async function cut(rig: AttachRig, octets: string, end: (rig: AttachRig) => void): Promise<void> {
  rig.session.receive(Buffer.from(octets, 'latin1'))
  end(rig)
  await rig.settle()
  if (!rig.wire.closed) rig.clock.advance(10_000_000)
  await rig.settle()
  rig.session.gone()
  await rig.session.over
  await immediate()
}

for (const position of ['policy', 'milter'] as const)
  describe(`a ${position} whose mail server`, () => {
    const dialogue = DIALOGUES[position]
    for (const [name, end] of Object.entries(ENDS))
      for (const asynchronous of [false, true])
        it(`${name}, anywhere, ${asynchronous ? 'while rules think' : 'when rules answer at once'}`, async () => {
          const answer = await whole(position, asynchronous)
          for (const octets of cutsIn(dialogue)) {
            const rig = attachRig(position, { asynchronous })
            await cut(rig, dialogue.slice(0, octets), end)
            const at = `after ${octets} octets`
            const heard = rig.heard()
            assert.ok(answer.startsWith(heard), `${at}: ${JSON.stringify(heard)}`)
            if (name === 'closes its side' && octets === dialogue.length) assert.equal(heard, answer)
            assert.equal(count(rig.hooks, 'post_connection'), count(rig.hooks, 'config'), at)
            assert.equal(rig.clock.pending(), 0, at)
            assert.deepEqual(
              rig.log.filter(({ level }) => level === 'error'),
              [],
              at,
            )
          }
        })
  })
