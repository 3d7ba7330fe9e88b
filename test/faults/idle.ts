/**
 * Five thousand clients that connect and say nothing: others are greeted all the same, and a session costs little.
 *
 *     node test/faults/run.ts idle [CLIENTS]
 *
 * Needs room for as many descriptors here and in the server: the script raises its own limit with prlimit where it may.
 */
import { execFileSync } from 'node:child_process'
import { memoryOf, percentile } from '../support/process-figures.ts'
import { greetingTime, type SmtpClient, smtpClient } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const CLIENTS = 5000
const AT_ONCE = 100
const TRIES = 100
/** A fresh client is greeted within that time in that share of the tries. */
const [MOST_MILLISECONDS, SHARE] = [2000, 0.95]
const MOST_KIBIBYTES = 40

export async function inject([given = String(CLIENTS)]: readonly string[]): Promise<Figure> {
  const count = Number(given)
  raiseDescriptors(count * 2)
  const most = count + TRIES
  const site = writeSite([], `limits: { connections: ${most}, connections_per_client: ${most} }`)
  const server = await startProcess(site)
  const pid = server.child.pid ?? 0
  await greetingTime(server.port)
  await settle()
  const before = memoryOf(pid, 'VmRSS')
  const idle = await openAll(server.port, count)
  await settle()
  const each = (memoryOf(pid, 'VmRSS') - before) / 1024 / count
  const times: number[] = []
  for (let tries = 0; tries < TRIES; tries += 1) times.push(await greetingTime(server.port))
  const held = idle.filter(({ socket }) => !socket.destroyed).length
  for (const { socket } of idle) socket.destroy()
  const isAlive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  const inTime = times.filter((time) => time < MOST_MILLISECONDS).length
  return {
    met: held === count && inTime >= TRIES * SHARE && each <= MOST_KIBIBYTES && isAlive,
    lines: [
      `${held} of ${count} idle clients held`,
      `a fresh client was greeted within ${MOST_MILLISECONDS} ms in ${inTime} of ${TRIES} tries (bar ${TRIES * SHARE}), p95 ${percentile(times, SHARE).toFixed(1)} ms`,
      `memory ${each.toFixed(1)} KiB a session (bar ${MOST_KIBIBYTES})${isAlive ? '' : '; THE SERVER ENDED'}`,
    ],
  }
}

/** Children inherit it. Where it may not be raised, the figure says how many clients there were room for. */
function raiseDescriptors(wanted: number): void {
  try {
    execFileSync('prlimit', [`--nofile=${wanted}:${wanted}`, '--pid', String(process.pid)], { stdio: 'ignore' })
  } catch {
    // As many as there are.
  }
}

async function openAll(port: number, count: number): Promise<readonly SmtpClient[]> {
  const clients: SmtpClient[] = []
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, () => smtpClient(port))
    await Promise.all(some.map((client) => client.hear('ready\r\n').catch(() => undefined)))
    clients.push(...some)
  }
  return clients
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3000))
}
