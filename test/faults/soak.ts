/**
 * Mixed good and hostile traffic for a while: memory does not grow, nothing is left open.
 *
 *     node test/faults/run.ts soak [SECONDS]
 *
 * The first quarter is warming up. After it the heap that is in use must not grow; resident memory, which an engine keeps once
 * it had it, is judged in runs of twenty minutes and more.
 */
import { readFileSync } from 'node:fs'
import { type LoadOptions, newLedger, sendAll } from '../support/load-client.ts'
import { descriptorsLeft, descriptorsOf, mebibytes, memoryOf } from '../support/process-figures.ts'
import { randomFrom } from '../support/random.ts'
import { smtpClient } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const SECONDS = 60
const LONG_ENOUGH = 1200
const SEED = 20_261_120
const GOOD_CLIENTS = 2
const HOSTILE_CLIENTS = 4
/** MiB a minute. */
const MOST_GROWTH = 1

/** Each a dialogue that a session must survive, or end. */
const HOSTILE: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\nMAIL FROM:<evil@b.example>\r\n',
  `EHLO ${'x'.repeat(100_000)}`,
  'NOOP\r\n'.repeat(2000),
  'EHLO __proto__\r\nMAIL FROM:<constructor@__proto__.example>\r\nRCPT TO:<__proto__@example.org>\r\nRSET\r\n',
  'EHLO c\r\nMAIL FROM:<"a\\"b"@b.example> SIZE=1e3\r\nMAIL FROM:<a@b@c>\r\nRCPT TO:<>\r\n\0\r\n',
  `EHLO c\r\nMAIL FROM:<a@b.example>\r\n${'RCPT TO:<x@example.org>\r\n'.repeat(300)}`,
  'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: half',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
]

export async function inject([given = String(SECONDS)]: readonly string[]): Promise<Figure> {
  const seconds = Number(given)
  const random = randomFrom(SEED)
  process.env['NODE_OPTIONS'] = `--import ${new URL('../support/heap-report.ts', import.meta.url).href}`
  const server = await startProcess(writeSite([]))
  const pid = server.child.pid ?? 0
  await hostileSession(server.port, 'QUIT\r\n', random)
  const descriptors = descriptorsOf(pid)
  const ledger = newLedger()
  let over = false
  const isOver = (): boolean => over
  const sender = (): string => `u${Math.floor(random() * 1e9)}@d${Math.floor(random() * 1e6)}.example`
  const load: Omit<LoadOptions, 'name'> = { port: server.port, ledger, sender, pause: () => 200 }
  const traffic = [
    ...Array.from({ length: GOOD_CLIENTS }, (_, index) => sendAll({ ...load, name: `g${index}` }, isOver)),
    ...Array.from({ length: HOSTILE_CLIENTS }, () => hostileLoop(server.port, random, isOver)),
  ]
  const began = performance.now()
  const points = await memoryPoints(pid, seconds)
  over = true
  await Promise.all(traffic)
  const left = await descriptorsLeft(pid, descriptors)
  const established = connectionsOf(server.port)
  server.child.kill('SIGTERM')
  const code = await server.exited
  const heap = heapPoints(server.output(), seconds, (performance.now() - began) / 1000)
  return judge({ seconds, points, heap, left, established, code, accepted: ledger.accepted.size, cut: ledger.cut })
}

/** From what the server said, evenly over the time. */
function heapPoints(output: string, seconds: number, time: number): readonly Point[] {
  const all = Array.from(output.matchAll(/^heap in use (\d+)$/gm), ([, octets]) => Number(octets))
  return all
    .map((octets, index): Point => [(index / all.length) * time, octets])
    .filter(([at]) => at > seconds / 4 && at < seconds)
}

async function hostileLoop(port: number, random: () => number, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await hostileSession(port, HOSTILE[Math.floor(random() * HOSTILE.length)] ?? '', random)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function hostileSession(port: number, text: string, random: () => number): Promise<void> {
  const client = smtpClient(port)
  await client.hear('ready\r\n').catch(() => '')
  client.say(text)
  await new Promise((resolve) => setTimeout(resolve, 50))
  if (random() < 0.5) client.socket.resetAndDestroy()
  else client.socket.destroy()
}

/** Seconds since the start, and octets. */
type Point = readonly [number, number]

async function memoryPoints(pid: number, seconds: number): Promise<readonly Point[]> {
  const began = performance.now()
  const points: Point[] = []
  const now = (): number => (performance.now() - began) / 1000
  while (now() < seconds) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(5000, seconds * 20)))
    points.push([now(), memoryOf(pid, 'VmRSS')])
  }
  return points.filter(([time]) => time > seconds / 4)
}

function connectionsOf(port: number): number {
  const table = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.filter((line) => (line.trim().split(/\s+/)[1] ?? '').endsWith(local) && / 01 /.test(line)).length
}

/** Octets a second, by least squares. */
function slopeOf(points: readonly Point[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [middle, level] = [mean(points.map(([time]) => time)), mean(points.map(([, octets]) => octets))]
  const above = points.reduce((sum, [time, octets]) => sum + (time - middle) * (octets - level), 0)
  return above / points.reduce((sum, [time]) => sum + (time - middle) ** 2, 0)
}

interface Soaked {
  readonly seconds: number
  readonly points: readonly Point[]
  readonly heap: readonly Point[]
  readonly left: number
  readonly established: number
  readonly code: number | string
  readonly accepted: number
  readonly cut: number
}

function judge({ seconds, points, heap, left, established, code, accepted, cut }: Soaked): Figure {
  const [resident, used] = [points, heap].map((series) => (slopeOf(series) * 60) / 1024 / 1024)
  const isLong = seconds >= LONG_ENOUGH
  const memory = (used ?? Infinity) < MOST_GROWTH && (!isLong || (resident ?? Infinity) < MOST_GROWTH)
  return {
    met: memory && left <= 0 && established === 0 && code === 0 && cut === 0 && accepted > 0,
    lines: [
      `${seconds} s, ${accepted} messages accepted beside ${HOSTILE.length} hostile dialogues; seed ${SEED}`,
      `heap in use ${mebibytes(heap.at(-1)?.[1] ?? 0)}, slope ${used?.toFixed(2)} MiB a minute (bar ${MOST_GROWTH})`,
      `resident ${mebibytes(points.at(-1)?.[1] ?? 0)}, slope ${resident?.toFixed(2)} MiB a minute (${isLong ? `bar ${MOST_GROWTH}` : 'judged in long runs'})`,
      `descriptors left ${Math.max(0, left)} (bar 0), connections left ${established} (bar 0)`,
      `good sessions cut ${cut} (bar 0), exit code ${code} (bar 0)`,
    ],
  }
}
