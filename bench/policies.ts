/**
 * Policies of recipients: time of a look-up, cold and warm, and memory, in directories of different sizes.
 *
 *     npm exec -- node bench/policies.ts [FILES …]
 *
 * FILES are 100 and 10000 unless given. A thousand recipients are in use, whatever there is. Cold is the first look-up of a
 * recipient: a file is opened, checked, read and parsed. Warm is every later one within `refresh`. Files are on a file system
 * of this machine, and most of them in its cache.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Address, parseMailbox } from '../src/core/address.ts'
import { defaultLimits, LIMITS } from '../src/core/limits.ts'
import { PolicyShelf } from '../src/engine/policies.ts'
import { readPolicyText } from '../src/compiler/policies/read-policy.ts'
import { SettingBook } from '../src/compiler/policies/setting-book.ts'
import { policyFiles } from '../src/ports/policies/policy-files.ts'
import { policyPath } from '../src/ports/policies/policy-path.ts'
import { systemClock } from '../src/ports/system-clock.ts'

const SIZES = process.argv.slice(2).map(Number)
const IN_USE = 1000
const ROUNDS = 200
const DOMAINS = 100
const WARM_BAR = 50

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const TEXT = 'allow: [friend@example.net, .partner.example, 192.0.2.0/24]\nblock: [bulk.example]\n'

function keyOf(index: number): string {
  return `user${index}@d${index % DOMAINS}.example`
}

function addressOf(index: number): Address {
  const address = parseMailbox(keyOf(index))
  assert.ok(address)
  return address
}

function makeTree(files: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const past = new Date(Date.now() - 60_000)
  for (let domain = 0; domain < DOMAINS; domain += 1) mkdirSync(join(directory, `d${domain}.example`))
  for (let index = 0; index < files; index += 1) {
    const path = join(directory, policyPath(keyOf(index)))
    writeFileSync(path, TEXT)
    utimesSync(path, past, past)
  }
  return directory
}

interface Measured {
  readonly files: number
  /** Microseconds for one. */
  readonly cold: number
  readonly warm: number
  readonly stranger: number
  readonly kibibytes: number
}

async function measure(files: number): Promise<Measured> {
  const directory = makeTree(files)
  const clock = systemClock()
  const rules = { settings: new SettingBook(), skippable: [], limits: defaultLimits() }
  const shelf = new PolicyShelf({
    clock,
    source: policyFiles({ directory, clock, mostOctets: LIMITS.policy_size.default }),
    memory: LIMITS.policy_memory.default,
    log: { write: (_, { because }) => assert.fail(String(because)) },
    plan: { refresh: 3_600_000, read: (text, name) => readPolicyText(text, name, rules) },
  })
  const step = Math.max(1, Math.floor(files / IN_USE))
  const inUse = Array.from({ length: Math.min(IN_USE, files) }, (_, index) => addressOf(index * step))
  const strangers = Array.from({ length: inUse.length }, (_, index) => addressOf(files + index))
  collect()
  const before = process.memoryUsage().heapUsed
  const cold = await eachTakes(inUse, (one) => shelf.find(one))
  collect()
  const kibibytes = (process.memoryUsage().heapUsed - before) / 1024
  const warm = warmTakes(shelf, inUse)
  const stranger = await eachTakes(strangers, (one) => shelf.find(one))
  rmSync(directory, { recursive: true })
  return { files, cold, warm, stranger, kibibytes }
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

const results: Measured[] = []
for (const files of SIZES.length > 0 ? SIZES : [100, 10_000]) results.push(await measure(files))
const [first] = results
assert.ok(first)
console.log(`${cpus()[0]?.model}, Node ${process.version}; ${IN_USE} recipients in use at most`)
for (const { files, cold, warm, stranger, kibibytes } of results) {
  const ratio = (value: number, base: number): string => `${(value / base).toFixed(2)} times`
  console.log(
    [
      `${files} files:`,
      `  warm ${warm.toFixed(2)} µs, ${ratio(warm, first.warm)} that of ${first.files}, ${ratio(warm, WARM_BAR)} the bar of ${WARM_BAR} µs`,
      `  cold ${cold.toFixed(0)} µs, ${ratio(cold, first.cold)}; ${ratio(cold, warm)} a warm one`,
      `  nobody ${stranger.toFixed(0)} µs for a recipient without a policy`,
      `  kept ${kibibytes.toFixed(0)} KiB, ${(kibibytes / Math.min(IN_USE, files)).toFixed(1)} KiB for each in use`,
    ].join('\n'),
  )
}
