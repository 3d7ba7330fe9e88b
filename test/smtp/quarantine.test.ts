/** A message that is kept aside for some of its recipients, and once however often its client brings it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeliveryJob, DeliveryTarget } from '../../src/core/delivery.ts'
import type { Store } from '../../src/core/ports.ts'
import { MemoryStore } from '../../src/ports/store/memory-store.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { apart, begun, NEWS, READY, talk } from './apart.ts'

describe('on_split: quarantine', () => {
  const ASIDE = [['aside', 'ann@example.org', 'eve@example.org'], ['bob@example.org']]

  it('takes the message for all, and keeps it aside for those who refuse it', async () => {
    const rig = await apart('quarantine')
    await begun(rig, 'EHLO', '', 'ann', 'bob', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '250 2.0.0 Taken'])
    assert.deepEqual(rig.delivered, ASIDE)
    const kept = rig.log.filter(({ text }) => text === 'kept aside for a recipient')
    assert.deepEqual(
      kept.map(({ fields }) => [fields['rcpt'], fields['rule'], fields['text']]),
      [
        ['ann@example.org', 'newsletter', 'No newsletters'],
        ['eve@example.org', 'newsletter', 'No newsletters'],
      ],
    )
  })

  it('refuses what nobody wants', async () => {
    const rig = await apart('quarantine')
    await begun(rig, 'EHLO', '', 'ann', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '554 5.7.1 No newsletters'])
    await begun(rig, 'EHLO', '', 'ann', 'bob')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: spam', '', '.')).slice(1), [
      '554 5.7.1 No newsletters',
    ])
    assert.deepEqual(rig.delivered, [])
  })

  it('delivers to nobody when it cannot be kept aside', async () => {
    const rig = await apart('quarantine')
    await begun(rig, 'EHLO', '', 'bob', 'ann')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: broken', '', '.')).slice(1), [
      '451 4.3.0 No room',
    ])
    assert.deepEqual(rig.delivered, [])
    assert.deepEqual(await talk(rig, 'MAIL FROM:<a@b.example>'), ['250 2.1.0 <a@b.example>, sender OK'])
  })

  describe('that a client brings again', () => {
    type Taken = (job: DeliveryJob) => 'delivered' | 'deferred'

    /** Each try with a session of its own, which may end before its reply. */
    async function tries(taken: Taken, stores: readonly (Store | undefined)[], content = [NEWS]) {
      const [delivered, replies]: [string[], string[]] = [[], []]
      for (const [number, store] of stores.entries()) {
        const carry = async ({ name }: DeliveryTarget, job: DeliveryJob) => {
          const kind = name === 'pretend:deferred' ? 'delivered' : taken(job)
          delivered.push(`${name === 'pretend:deferred' ? 'aside' : kind} ${job.recipients.length}`)
          return { kind, text: kind } as const
        }
        const rig = await apart('quarantine', { ports: { carry, ...(store && { store }) } })
        await begun(rig, 'EHLO', '', 'ann', 'bob', 'eve')
        replies.push(...(await talk(rig, ...(content[number] ?? NEWS))).slice(1))
      }
      return { delivered, replies }
    }

    const store = (): Store => new MemoryStore().at(fakeClock())
    const failing = (times: number): Taken => {
      let left = times
      return () => ((left -= 1) >= 0 ? 'deferred' : 'delivered')
    }

    it('is kept aside once, however often the delivery to the others fails', async () => {
      const shared = store()
      const { delivered, replies } = await tries(failing(2), [shared, shared, shared])
      assert.deepEqual(delivered, ['aside 2', 'deferred 1', 'deferred 1', 'delivered 1'])
      assert.deepEqual(
        replies.map((one) => one.slice(0, 3)),
        ['451', '451', '250'],
      )
    })

    it('and that comes a second time, when it was taken, is kept aside a second time', async () => {
      const shared = store()
      const { delivered } = await tries(failing(1), [shared, shared, shared, shared])
      assert.deepEqual(delivered, [
        'aside 2',
        'deferred 1',
        'delivered 1',
        'aside 2',
        'delivered 1',
        'aside 2',
        'delivered 1',
      ])
    })

    it('is another message with another text', async () => {
      const shared = store()
      const other = NEWS.map((line) => line.replace('News', 'Olds'))
      const { delivered } = await tries(failing(1), [shared, shared], [NEWS, other])
      assert.deepEqual(delivered, ['aside 2', 'deferred 1', 'aside 2', 'delivered 1'])
    })

    it('is kept aside again where nobody remembers: twice is better than never', async () => {
      const away = async () => ({ kind: 'failed', because: 'away' }) as const
      const deaf: Store = { get: away, putIfAbsent: away, increment: away, close: async () => undefined }
      for (const one of [undefined, deaf])
        assert.deepEqual((await tries(failing(1), [one, one])).delivered, [
          'aside 2',
          'deferred 1',
          'aside 2',
          'delivered 1',
        ])
    })

    it('is kept aside once when the client went away while the others had it', async () => {
      const shared = store()
      const [delivered, wait]: [string[], PromiseWithResolvers<void>] = [[], Promise.withResolvers<void>()]
      const carry = async ({ name }: DeliveryTarget) => {
        delivered.push(name)
        if (name !== 'pretend:deferred') await wait.promise
        return { kind: 'delivered', text: 'Taken' } as const
      }
      const rig = await apart('quarantine', { ports: { carry, store: shared } })
      await begun(rig, 'EHLO', '', 'ann', 'bob')
      for (const line of NEWS) await rig.say(`${line}\r\n`)
      rig.session.gone()
      wait.resolve()
      await rig.settle()
      const again = await apart('quarantine', { ports: { carry, store: shared } })
      await begun(again, 'EHLO', '', 'ann', 'bob')
      assert.deepEqual((await talk(again, ...NEWS)).slice(1), ['250 2.0.0 Taken'])
      assert.equal(delivered.filter((name) => name === 'pretend:deferred').length, 1)
    })
  })

  it('has a reply for each LMTP recipient', async () => {
    const rig = await apart('quarantine', { offer: { protocol: 'lmtp' } })
    await begun(rig, 'LHLO', '', 'ann', 'bob', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, ...Array.from({ length: 3 }, () => '250 2.0.0 Taken')])
    assert.deepEqual(rig.delivered, ASIDE)
    await begun(rig, 'LHLO', '', 'ann', 'bob')
    const replies = await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: broken', '', '.')
    assert.deepEqual(replies.slice(1), ['451 4.3.0 No room', '451 4.3.0 No room'])
  })
})
