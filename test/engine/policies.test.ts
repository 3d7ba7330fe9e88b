import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Address, parseMailbox } from '../../src/core/mail/address.ts'
import { type Policy, policyKeys, type PolicySource, type PolicyUnknown } from '../../src/core/policy.ts'
import type { SourceAnswer } from '../../src/core/ports.ts'
import { PolicyShelf } from '../../src/engine/policies.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import type { LogLine } from '../support/smtp-rig.ts'

const MEMORY = 1024 * 1024

function policyOf(name: string): Policy {
  return { settings: new Map([['name', name]]), lists: { allow: [], block: [] }, skip: new Set() }
}

interface Library {
  readonly shelf: PolicyShelf
  readonly clock: FakeClock
  readonly log: LogLine[]
  readonly asked: string[]
  readonly texts: Map<string, string | SourceAnswer>
  readonly parsed: () => number
  readonly find: (recipient: string) => Promise<string>
}

function addressOf(text: string): Address {
  const address = parseMailbox(text)
  assert.ok(address, text)
  return address
}

interface Terms {
  readonly memory?: number
  /** As of a source outside. */
  readonly onUnknown?: PolicyUnknown
}

/** A text is the name of its policy; `broken` is none. */
function library(texts: Readonly<Record<string, string | SourceAnswer>>, terms: Terms = {}): Library {
  const { memory = MEMORY, onUnknown } = terms
  const [clock, log, asked]: [FakeClock, LogLine[], string[]] = [fakeClock(), [], []]
  const held = new Map(Object.entries(texts))
  let parsed = 0
  const source: PolicySource = {
    placeOf: (key) => `policies/${key}`,
    async lookup(key) {
      asked.push(key)
      const answer = held.get(key)
      if (typeof answer === 'object') return answer
      return answer === undefined ? { kind: 'none' } : { kind: 'found', values: [answer] }
    },
    close: async () => undefined,
  }
  const shelf = new PolicyShelf({
    source,
    clock,
    memory,
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
    plan: {
      refresh: 5000,
      ...(onUnknown === undefined
        ? { fallback: { key: 'standard', policy: policyOf('as loaded') } }
        : { fallback: { key: 'standard' }, onUnknown }),
      read(text, name) {
        parsed += 1
        return text === 'broken'
          ? { ok: false, faults: [`CFG101 at ${name}:1:1`] }
          : { ok: true, policy: policyOf(text) }
      },
    },
  })
  const find = async (recipient: string): Promise<string> => {
    const { settings, key = 'none' } = await shelf.find(addressOf(recipient))
    return `${settings.get('name')} by ${key}`
  }
  return { shelf, clock, log, asked, texts: held, parsed: () => parsed, find }
}

describe('the policy of a recipient', () => {
  it('is the nearest', async () => {
    const texts = {
      'ann+x@a.example': 'detail',
      'ann@a.example': 'ann',
      'a.example': 'domain',
      example: 'top',
      standard: 'all',
    }
    const { find } = library(texts)
    assert.equal(await find('Ann+X@A.example'), 'detail by ann+x@a.example')
    assert.equal(await find('ann+y@a.example'), 'ann by ann@a.example')
    assert.equal(await find('bob@a.example'), 'domain by a.example')
    assert.equal(await find('bob@b.example'), 'top by example')
    assert.equal(await find('bob@b.test'), 'all by standard')
  })

  it('says why it is this one', async () => {
    const { shelf } = library({ 'a.example': 'domain', 'bob@a.example': 'broken' })
    const becauseOf = async (text: string): Promise<string> => (await shelf.find(addressOf(text))).because
    assert.equal(await becauseOf('ann@a.example'), 'the domain has a policy')
    assert.equal(await becauseOf('ann@b.a.example'), 'the domain a.example above has a policy')
    assert.equal(await becauseOf('ann@b.example'), 'nothing more particular is there')
    assert.equal(await becauseOf('bob@a.example'), 'the policy bob@a.example does not load')
  })

  it('that does not load is the default, and the log says so without what stands there', async () => {
    const { find, log } = library({ 'ann@a.example': 'broken', 'a.example': 'domain', standard: 'all' })
    assert.equal(await find('ann@a.example'), 'all by standard')
    assert.deepEqual(log, [
      {
        level: 'error',
        fields: {
          policy: 'ann@a.example',
          at: 'policies/ann@a.example',
          because: 'CFG101 at policies/ann@a.example:1:1',
          instead: 'standard',
        },
        text: 'a policy does not load: its recipients have the default',
      },
    ])
  })

  it('whose source is down is the default too, as it was loaded last', async () => {
    const down: SourceAnswer = { kind: 'failed', because: 'nobody answers' }
    const { find, log } = library({ 'ann@a.example': down, standard: down })
    assert.equal(await find('ann@a.example'), 'as loaded by standard')
    assert.deepEqual(
      log.map(({ fields }) => [fields['policy'], fields['because']]),
      [
        ['ann@a.example', 'nobody answers'],
        ['standard', 'nobody answers'],
      ],
    )
  })

  it('is a copy: what rules change is forgotten with the recipient', async () => {
    const { shelf } = library({ 'ann@a.example': 'ann' })
    const first = await shelf.find(addressOf('ann@a.example'))
    first.settings.set('name', 'changed')
    assert.equal((await shelf.find(addressOf('ann@a.example'))).settings.get('name'), 'ann')
  })
})

describe('a source outside', () => {
  const away: SourceAnswer = { kind: 'failed', because: 'nobody answers' }

  it('that is away leaves unknown which policy holds, never none, and says so', async () => {
    const { shelf, log } = library({ 'ann@a.example': away, standard: 'all' }, { onUnknown: 'defer' })
    const found = await shelf.find(addressOf('ann@a.example'))
    assert.equal(found.unknown, true)
    assert.equal(found.because, 'nobody can say now whether there is a policy ann@a.example')
    assert.deepEqual(log, [
      {
        level: 'error',
        fields: {
          policy: 'ann@a.example',
          at: 'policies/ann@a.example',
          because: 'nobody answers',
          on_unknown: 'defer',
        },
        text: 'a policy is unknown: its source does not answer',
      },
    ])
  })

  it('that fails at a later key leaves it unknown too, whatever stands behind', async () => {
    const { shelf } = library({ 'a.example': away, example: 'top', standard: 'all' }, { onUnknown: 'defer' })
    assert.equal((await shelf.find(addressOf('ann@a.example'))).unknown, true)
  })

  it('is asked again within a second, however long a policy is good for', async () => {
    const { shelf, clock, find, texts, asked } = library({ 'ann@a.example': away }, { onUnknown: 'defer' })
    await shelf.find(addressOf('ann@a.example'))
    texts.set('ann@a.example', 'ann')
    clock.advance(999)
    assert.equal((await shelf.find(addressOf('ann@a.example'))).unknown, true)
    assert.equal(asked.length, 1)
    clock.advance(1)
    assert.equal(await find('ann@a.example'), 'ann by ann@a.example')
  })

  it('that goes away while a policy is kept makes it unknown when its time is over', async () => {
    const { shelf, clock, find, texts } = library({ 'ann@a.example': 'ann' }, { onUnknown: 'defer' })
    assert.equal(await find('ann@a.example'), 'ann by ann@a.example')
    texts.set('ann@a.example', away)
    clock.advance(4999)
    assert.equal(await find('ann@a.example'), 'ann by ann@a.example')
    clock.advance(1)
    assert.equal((await shelf.find(addressOf('ann@a.example'))).unknown, true)
  })

  it('with on_unknown: default leaves the default as it was known last, and waits where it never was', async () => {
    const { shelf, clock, find, texts } = library({ 'ann@a.example': away, standard: away }, { onUnknown: 'default' })
    assert.equal((await shelf.find(addressOf('ann@a.example'))).unknown, true)
    texts.set('standard', 'all')
    clock.advance(1000)
    assert.equal(await find('ann@a.example'), 'all by standard')
    texts.set('standard', away)
    clock.advance(5000)
    assert.equal(await find('ann@a.example'), 'all by standard')
  })

  it('without a default lets nobody in without a policy', async () => {
    const { shelf } = library({ 'bob@a.example': 'broken' }, { onUnknown: 'defer' })
    for (const one of ['ann@a.example', 'bob@a.example'])
      assert.deepEqual(
        [(await shelf.find(addressOf(one))).unknown, (await shelf.find(addressOf(one))).because],
        [true, 'the default policy standard is not known'],
      )
  })

  it('that has a policy twice, or an empty one, has one that does not load', async () => {
    const twice: SourceAnswer = { kind: 'found', values: ['one', 'two'] }
    const { find, log } = library(
      { 'ann@a.example': twice, 'bob@a.example': '', standard: 'all' },
      { onUnknown: 'defer' },
    )
    assert.equal(await find('ann@a.example'), 'all by standard')
    assert.equal(await find('bob@a.example'), 'all by standard')
    assert.deepEqual(
      log.map(({ fields }) => fields['because']),
      ['it is there more than once', 'it is empty'],
    )
  })
})

describe('what is kept', () => {
  it('is not asked for again, and answers at once', async () => {
    const { shelf, find, asked } = library({ 'a.example': 'domain' })
    await find('ann@a.example')
    asked.splice(0)
    assert.ok(!(shelf.find(addressOf('ann@a.example')) instanceof Promise))
    assert.deepEqual(asked, [])
  })

  it('is asked for anew after a while, and read anew only when it has changed', async () => {
    const { clock, find, texts, parsed } = library({ 'ann@a.example': 'before' })
    assert.equal(await find('ann@a.example'), 'before by ann@a.example')
    clock.advance(5000)
    await find('ann@a.example')
    assert.equal(parsed(), 1)
    texts.set('ann@a.example', 'after')
    clock.advance(4999)
    assert.equal(await find('ann@a.example'), 'before by ann@a.example')
    clock.advance(1)
    assert.equal(await find('ann@a.example'), 'after by ann@a.example')
    texts.delete('ann@a.example')
    clock.advance(5000)
    assert.equal(await find('ann@a.example'), 'as loaded by standard')
  })

  it('is asked for once, for all who want it at the same time', async () => {
    const { find, asked } = library({ 'ann@a.example': 'ann' })
    assert.equal(new Set(await Promise.all(Array.from({ length: 50 }, () => find('ann@a.example')))).size, 1)
    assert.deepEqual(asked, ['ann@a.example'])
  })

  it('limit policy_memory: is bounded in octets, however many recipients strangers invent', async () => {
    const memory = 64 * 1024
    const { shelf, find, asked } = library({ 'ann@a.example': 'ann' }, { memory })
    await find('ann@a.example')
    for (let index = 0; index < 2000; index += 1) {
      await find(`${index}@b${index}.example`)
      if (index % 20 === 0) await find('ann@a.example')
      assert.ok(shelf.octets <= memory)
    }
    assert.equal(asked.filter((key) => key === 'ann@a.example').length, 1, 'what is in use stays')
    assert.ok(asked.filter((key) => key === 'example').length === 1)
  })
})

it('finds what asking one key after the other would find', async () => {
  const label = fc.constantFrom('a', 'b', 'example')
  const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
  const local = fc.constantFrom('ann', 'ann+x', 'bob')
  const recipient = fc.tuple(local, domain).map(([user, host]) => `${user}@${host}`)
  const key = fc.oneof(recipient, domain)
  const texts = fc.dictionary(key, fc.constantFrom('one', 'two', 'broken'), { maxKeys: 6 })
  await fc.assert(
    fc.asyncProperty(texts, fc.array(recipient, { maxLength: 8 }), async (held, recipients) => {
      const { find } = library(held)
      for (const one of recipients) {
        const first = policyKeys(addressOf(one)).find(({ key: asked }) => Object.hasOwn(held, asked))
        const text = first && held[first.key]
        const naive = first && text !== 'broken' ? `${text} by ${first.key}` : 'as loaded by standard'
        assert.equal(await find(one), naive)
      }
    }),
  )
})
