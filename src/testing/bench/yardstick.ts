/**
 * Work that every machine can be measured with: a time divided by that of the yardstick says more about rules than about the
 * machine. It is what rules do most, written by hand: domain names and their parents looked up in a set.
 */
import type { Stopwatch } from './stopwatch.ts'

/** For reports. Another text is another yardstick: figures by it cannot be compared. */
export const YARDSTICK = '16 domain names and their parents looked up in a set of 1,000'

const NAMES = 16
const MEMBERS = 1000
/** From one name to the next: those of the set end before the names do, so that both answers are among them. */
const STEP = 90
const RUNS = 200

export type Yardstick = (stopwatch: Stopwatch) => number

/** Nanoseconds of one run. */
export function makeYardstick(): Yardstick {
  const members = new Set(Array.from({ length: MEMBERS }, (_, index) => `member${index}.example`))
  const names = Array.from({ length: NAMES }, (_, index) => `mail.host${index}.member${index * STEP}.example`)
  const expected = Math.ceil(MEMBERS / STEP) * RUNS
  return (stopwatch) => {
    const began = stopwatch()
    let found = 0
    for (let run = 0; run < RUNS; run += 1) for (const name of names) if (isBelow(name, members)) found += 1
    const taken = stopwatch() - began
    // Work whose result nobody looks at may be left out by the compiler.
    if (found !== expected) throw new Error('the yardstick does not find what it should')
    return taken / RUNS
  }
}

function isBelow(name: string, members: ReadonlySet<string>): boolean {
  if (members.has(name)) return true
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
    if (members.has(name.slice(dot + 1))) return true
  return false
}
