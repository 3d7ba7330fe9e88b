/**
 * Recipients that stand for others (`deliver_to`): what the next server is given, what its client hears, and how many
 * there may be.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { destinationsFor } from '../../src/compiler/rules/delivery-recipients.ts'
import { addressText } from '../../src/core/mail/address.ts'
import type { DeliveryOutcome } from '../../src/core/delivery.ts'
import { newRecipient, type Recipient } from '../../src/core/session.ts'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import type { HookContext } from '../../src/core/context.ts'
import { address } from '../support/address.ts'
import { greetedRig } from '../support/smtp-rig.ts'

function recipient(name: string, deliverTo?: readonly string[]): Recipient {
  const made = newRecipient(address(name), new Map([['NOTIFY', 'NEVER']]))
  if (deliverTo) made.deliverTo = deliverTo.map(address)
  return made
}

const OUTCOMES = {
  delivered: { kind: 'delivered', text: 'Queued' },
  refused: { kind: 'refused', text: 'No such user' },
  deferred: { kind: 'deferred', text: 'Later' },
} as const satisfies Record<string, DeliveryOutcome>

describe('the next server', () => {
  it('is given each address once, with the parameters of the recipient it stands for', () => {
    const { recipients } = destinationsFor([
      recipient('sales@example.org', ['ann@example.org', 'bob@example.org']),
      recipient('bob@example.org'),
      recipient('all@example.org', ['Bob@example.org', 'eve@example.org']),
    ])
    assert.deepEqual(
      recipients.map((one) => addressText(one.address)),
      ['ann@example.org', 'bob@example.org', 'eve@example.org'],
    )
    assert.equal(recipients[0]?.params.get('NOTIFY'), 'NEVER')
  })
})

describe('what the client hears of a recipient', () => {
  const { answersFor } = destinationsFor([
    recipient('sales@example.org', ['ann@example.org', 'bob@example.org']),
    recipient('eve@example.org'),
  ])

  for (const [first, second, heard] of [
    ['delivered', 'delivered', 'delivered'],
    ['delivered', 'refused', 'refused'],
    ['refused', 'delivered', 'refused'],
    ['refused', 'deferred', 'deferred'],
    ['deferred', 'delivered', 'deferred'],
  ] as const)
    it(`is ${heard} when its addresses were ${first} and ${second}`, () => {
      const answers = answersFor([OUTCOMES[first], OUTCOMES[second], OUTCOMES.delivered])
      assert.deepEqual(
        answers.map(({ kind }) => kind),
        [heard, 'delivered'],
      )
    })

  it('is deferred when the target says nothing about it', () =>
    assert.deepEqual(
      answersFor([]).map(({ kind }) => kind),
      ['deferred', 'deferred'],
    ))

  it('is delivered only when every address has the message', () => {
    const names = fc.constantFrom('a@x.example', 'b@x.example', 'c@x.example', 'd@x.example')
    const given = fc.array(
      fc.record({ name: names, deliverTo: fc.option(fc.array(names, { minLength: 1 }), { nil: undefined }) }),
    )
    const kinds = fc.constantFrom(...Object.values(OUTCOMES))
    fc.assert(
      fc.property(given, fc.array(kinds, { minLength: 4, maxLength: 4 }), (rcpts, all) => {
        const recipients = rcpts.map(({ name, deliverTo }) => recipient(name, deliverTo))
        const { recipients: sent, answersFor: answers } = destinationsFor(recipients)
        const outcomes = new Map(sent.map((one, index) => [addressText(one.address), all[index] ?? OUTCOMES.deferred]))
        const heard = answers([...outcomes.values()])
        assert.equal(heard.length, rcpts.length)
        for (const [index, { name, deliverTo = [name] }] of rcpts.entries()) {
          const everybody = deliverTo.every((one) => outcomes.get(one)?.kind === 'delivered')
          assert.equal(heard[index]?.kind === 'delivered', everybody)
        }
      }),
    )
  })
})

/** Each recipient stands for as many addresses as its name says. */
function expanding({ recipient: one }: HookContext): Verdict {
  const count = Number(/\d+/.exec(one ? addressText(one.address) : '')?.[0] ?? 1)
  if (one) one.deliverTo = Array.from({ length: count }, (_, n) => address(`u${n}@example.com`))
  return verdict('OK')
}

it('limit deliveries: a recipient with more addresses behind it than are left is not taken, and the session goes on', async () => {
  const rig = await greetedRig({ policy: { rcpt: expanding }, limits: { deliveries: 100 } })
  await rig.say('MAIL FROM:<a@b.example>\r\nRCPT TO:<list60@example.org>\r\n')
  rig.heard()
  await rig.say('RCPT TO:<list41@example.org>\r\nRCPT TO:<list40@example.org>\r\n')
  assert.equal(
    rig.heard(),
    '452 4.5.3 Too many addresses behind the recipients; send to the others in another transaction\r\n' +
      '250 2.1.5 <list40@example.org>, recipient ok\r\n',
  )
  assert.ok(rig.log.some(({ fields }) => fields['limit'] === 'deliveries'))
})
