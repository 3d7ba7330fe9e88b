/** What Linux says of a process: memory, processor time, descriptors. */
import { readdirSync, readFileSync } from 'node:fs'

/** Octets; the most there ever were, or those there are now. */
export function memoryOf(pid: number, which: 'VmHWM' | 'VmRSS'): number {
  const kibibytes = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes ?? 0) * 1024
}

const TICKS_PER_SECOND = 100

/** Seconds of processor so far. */
export function processorTimeOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Descriptors more than there were before, once all sessions have had their time to end. */
export async function descriptorsLeft(pid: number, before: number): Promise<number> {
  let left = descriptorsOf(pid) - before
  for (let attempt = 0; attempt < 100 && left > 0; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    left = descriptorsOf(pid) - before
  }
  return left
}

export function mebibytes(octets: number): string {
  return `${(octets / 1024 / 1024).toFixed(1)} MiB`
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
