/** Clients that come again, against stores that take the message for some: nobody is lost, nobody gets it twice. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { addressText } from '../../src/core/mail/address.ts'
import type { DeliveryJob, DeliveryOutcome, DeliveryResult } from '../../src/core/delivery.ts'
import { DeliveredBefore } from '../../src/delivery/delivered-before.ts'
import { combine } from '../../src/delivery/outcomes.ts'
import { deliveryJob } from '../support/delivery-job.ts'

const OUTCOMES: Readonly<Record<DeliveryOutcome['kind'], DeliveryOutcome>> = {
  delivered: { kind: 'delivered', text: 'saved' },
  deferred: { kind: 'deferred', text: 'later' },
  refused: { kind: 'refused', text: 'never' },
}

/** What the store answers to each recipient at each try; the last answer is for good. */
type Script = readonly DeliveryOutcome['kind'][]

class Store {
  readonly got: string[] = []
  readonly #scripts: Map<string, DeliveryOutcome['kind'][]>

  constructor(scripts: ReadonlyMap<string, Script>) {
    this.#scripts = new Map([...scripts].map(([name, script]) => [name, [...script]]))
  }

  take({ recipients }: DeliveryJob): DeliveryResult {
    const outcomes = recipients.map(({ address }) => OUTCOMES[this.#next(addressText(address))])
    return combine(outcomes, recipients)
  }

  #next(name: string): DeliveryOutcome['kind'] {
    const script = this.#scripts.get(name) ?? []
    const kind = (script.length > 1 ? script.shift() : script[0]) ?? 'refused'
    if (kind === 'delivered') this.got.push(name)
    return kind
  }
}

const kind = fc.constantFrom('delivered', 'deferred', 'refused')
const last = fc.constantFrom('delivered', 'refused')
const script = fc.tuple(fc.array(kind, { maxLength: 4 }), last).map(([first, end]): Script => [...first, end])

describe('DeliveredBefore', () => {
  it('loses nobody in silence and serves nobody twice, however often the client must come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 4 }), async (scripts) => {
        const names = scripts.map((_, index) => `r${index}@example.org`)
        const store = new Store(new Map(names.map((name, index) => [name, scripts[index] ?? []])))
        const before = new DeliveredBefore()
        let result: DeliveryResult = OUTCOMES.deferred
        for (let tries = 0; result.kind === 'deferred'; tries += 1) {
          assert.ok(tries < 20)
          result = await before.deliver(deliveryJob({ to: names }), async (job) => store.take(job))
        }
        assert.equal(new Set(store.got).size, store.got.length)
        // 250 means all; what is refused names those who do not have it.
        const missing = names.filter((name) => !store.got.includes(name))
        assert.equal(result.kind, missing.length === 0 ? 'delivered' : 'refused')
        if (store.got.length > 0) for (const name of missing) assert.ok(result.text.includes(name))
        assert.equal(before.size, 0)
      }),
    )
  })

  it('does not remember more than it may', async () => {
    const before = new DeliveredBefore()
    const to = ['bob@example.org', 'eve@example.org']
    for (let count = 0; count < 10_050; count += 1) {
      const job = deliveryJob({ to, content: `Subject: ${count}\r\n\r\n` })
      await before.deliver(job, async ({ recipients }) => combine([OUTCOMES.delivered, OUTCOMES.deferred], recipients))
    }
    assert.equal(before.size, 10_000)
  })

  it('passes on what fails', async () => {
    const send = (): Promise<DeliveryResult> => Promise.reject(new Error('spool gone'))
    const job = deliveryJob({ to: ['bob@example.org', 'eve@example.org'] })
    await assert.rejects(new DeliveredBefore().deliver(job, send), /spool gone/)
  })
})
