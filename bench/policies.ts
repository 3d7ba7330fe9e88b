/**
 * Policies of recipients: time of a look-up, warm and cold, and memory for recipients that are not in use, in a tree of files, a
 * SQLite table and a directory service (slapd) on this machine.
 *
 *     npm exec -- node bench/policies.ts [RECIPIENTS [PLACE …]]
 *
 * 100000 and all places unless given. A thousand recipients are in use, whatever there is. Cold is the first look-up of a
 * recipient: the place is asked, the policy read and parsed. Warm is every later one within `refresh`. Two processes look up as
 * many recipients, one in a place that has no others; what the other has more, in heap and resident memory, is the price of
 * those that are not in use. What was made just now is in the system's cache for the most part.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Measured } from './policy-look-ups.ts'
import { PLACES } from './policy-places.ts'

const IN_USE = 1000
/** Microseconds for a warm look-up, and octets for a recipient that is not in use. */
const BAR = { warm: 50, idle: 100 } as const

const [recipients = '100000', ...wanted] = process.argv.slice(2)
const MANY = Number(recipients)
assert.ok(MANY > IN_USE, `give a number above ${IN_USE}`)

interface Taken extends Measured {
  /** Seconds. */
  readonly making: number
}

/** Taken away at the end, whatever it is: a million files take their time. */
const directories: string[] = []
process.once('exit', () => directories.forEach((directory) => rmSync(directory, { recursive: true })))

async function measure(name: string, count: number): Promise<Taken> {
  const make = PLACES[name] ?? assert.fail(`places are ${Object.keys(PLACES).join(', ')}`)
  const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  directories.push(directory)
  const began = performance.now()
  const place = await make(directory, count)
  const making = (performance.now() - began) / 1000
  try {
    const child = [join(import.meta.dirname, 'policy-look-ups.ts'), place.url, String(count), String(IN_USE)]
    const { stdout } = await promisify(execFile)(process.execPath, child)
    return { ...(JSON.parse(stdout) as Measured), making }
  } finally {
    await place.stop()
  }
}

const times = (value: number, base: number): string => `${(value / base).toFixed(2)} times`

console.log(`${cpus()[0]?.model}, Node ${process.version}; ${IN_USE} recipients in use`)
for (const name of wanted.length > 0 ? wanted : Object.keys(PLACES)) {
  const few = await measure(name, IN_USE)
  const many = await measure(name, MANY)
  const [heap, resident] = [many.heap - few.heap, many.resident - few.resident].map((more) => more / (MANY - IN_USE))
  assert.ok(heap !== undefined && resident !== undefined)
  const among = (value: number, base: number): string => `${times(value, base)} that among ${IN_USE}`
  console.log(
    [
      `${name}, ${MANY} recipients, made in ${many.making.toFixed(0)} s:`,
      `  warm    ${many.warm.toFixed(2)} µs, ${times(many.warm, BAR.warm)} the bar of ${BAR.warm} µs, ${among(many.warm, few.warm)}`,
      `  cold    ${many.cold.toFixed(0)} µs, ${among(many.cold, few.cold)}, ${times(many.cold, many.warm)} a warm one`,
      `  nobody  ${many.stranger.toFixed(0)} µs for a recipient without a policy, ${among(many.stranger, few.stranger)}`,
      `  idle    ${heap.toFixed(1)} octets of heap, ${resident.toFixed(1)} resident, for each that is not in use; ${times(Math.max(heap, resident), BAR.idle)} the bar of ${BAR.idle}`,
      `  in use  ${(many.heap / IN_USE / 1024).toFixed(1)} KiB of heap for each`,
    ].join('\n'),
  )
}
