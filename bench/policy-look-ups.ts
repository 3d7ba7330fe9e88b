/** One process of policies.ts: looks policies up in one place, cold and warm, and measures itself. Its answer is JSON. */
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Address, parseMailbox } from '../src/core/mail/address.ts'
import { defaultLimits, LIMITS } from '../src/core/limits.ts'
import type { PolicySource } from '../src/core/policy.ts'
import { readSource, schemeOf } from '../src/core/source.ts'
import { outsidePolicies } from '../src/engine/outside-policies.ts'
import { PolicyShelf } from '../src/engine/policies.ts'
import { readPolicyText } from '../src/compiler/policies/read-policy.ts'
import { SettingBook } from '../src/compiler/policies/setting-book.ts'
import { policyFiles } from '../src/ports/policies/policy-files.ts'
import { SharedLinks } from '../src/ports/shared-links.ts'
import { sourcePool } from '../src/ports/sources/source-pool.ts'
import { systemClock } from '../src/ports/system-clock.ts'
import { keyOf } from './policy-places.ts'

/** Of one process at the end of its work. */
export interface Measured {
  /** Microseconds for one look-up. */
  readonly cold: number
  readonly warm: number
  readonly stranger: number
  /** Octets more than before the first look-up. */
  readonly heap: number
  readonly resident: number
}

const [url = '', ...numbers] = process.argv.slice(2)
const [recipients = 0, inUse = 0] = numbers.map(Number)
const ROUNDS = 200

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const clock = systemClock()
const log = { write: (_: unknown, { because }: { readonly because?: unknown }) => assert.fail(String(because)) }
const pool = sourcePool({
  clock,
  log,
  chance: Math.random,
  resolver: { resolve: async () => ({ kind: 'none' }) },
  links: new SharedLinks(),
  env: () => undefined,
})

function sourceOf(): PolicySource {
  if (schemeOf(url) === undefined) return policyFiles({ directory: url, clock, mostOctets: LIMITS.policy_size.default })
  return outsidePolicies(readSource({ url, kind: 'string', isText: true, directory: '/' }), pool)
}

function addressOf(index: number): Address {
  const address = parseMailbox(keyOf(index))
  assert.ok(address)
  return address
}

async function eachTakes(addresses: readonly Address[], find: (one: Address) => unknown): Promise<number> {
  const began = performance.now()
  for (const one of addresses) await find(one)
  return ((performance.now() - began) * 1000) / addresses.length
}

function warmTakes(shelf: PolicyShelf, addresses: readonly Address[]): number {
  const began = performance.now()
  for (let round = 0; round < ROUNDS; round += 1)
    for (const one of addresses) {
      const found = shelf.find(one)
      assert.ok(!(found instanceof Promise) && found.lists.block.length === 1)
    }
  return ((performance.now() - began) * 1000) / (addresses.length * ROUNDS)
}

function memory(): { readonly heapUsed: number; readonly rss: number } {
  collect()
  collect()
  return process.memoryUsage()
}

async function measure(): Promise<Measured> {
  const rules = { settings: new SettingBook(), skippable: [], limits: defaultLimits() }
  const shelf = new PolicyShelf({
    clock,
    log,
    source: sourceOf(),
    memory: LIMITS.policy_memory.default,
    plan: { refresh: 3_600_000, onUnknown: 'defer', read: (text, name) => readPolicyText(text, name, rules) },
  })
  const step = Math.max(1, Math.floor(recipients / inUse))
  const addresses = Array.from({ length: inUse }, (_, index) => addressOf(index * step))
  const before = memory()
  const cold = await eachTakes(addresses, (one) => shelf.find(one))
  const warm = warmTakes(shelf, addresses)
  const after = memory()
  const strangers = Array.from({ length: inUse }, (_, index) => addressOf(recipients + index))
  const stranger = await eachTakes(strangers, (one) => shelf.find(one))
  return { cold, warm, stranger, heap: after.heapUsed - before.heapUsed, resident: after.rss - before.rss }
}

console.log(JSON.stringify(await measure()))
await pool.close()
