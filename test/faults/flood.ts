/**
 * Three thousand connections that are closed as soon as they are open: the event loop never stands still for long, and whoever
 * wants to send mail meanwhile is greeted.
 *
 * The flood comes from a process of its own and another address, so that the probe measures the server and not the flood.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { descriptorsLeft, descriptorsOf, percentile } from '../support/process-figures.ts'
import { greetingTime } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const CONNECTIONS = 3000
const AT_ONCE = 200
const MOST_MILLISECONDS = 200
const PAUSE_MILLISECONDS = 5
const CONNECT = fileURLToPath(new URL('../support/connect-and-close.ts', import.meta.url))

export async function inject([given = String(CONNECTIONS)]: readonly string[]): Promise<Figure> {
  const server = await startProcess(writeSite([]))
  const pid = server.child.pid ?? 0
  await greetingTime(server.port)
  const before = descriptorsOf(pid)
  const flood = spawn(process.execPath, [CONNECT, String(server.port), given, String(AT_ONCE)], { stdio: 'inherit' })
  const over = once(flood, 'exit')
  let isOver = false
  void over.then(() => (isOver = true))
  const times: number[] = []
  while (!isOver) {
    times.push(await greetingTime(server.port))
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
  const left = await descriptorsLeft(pid, before)
  const isAlive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  const longest = Math.max(...times)
  return {
    met: longest < MOST_MILLISECONDS && left <= 0 && isAlive,
    lines: [
      `${given} connections, ${AT_ONCE} at once, ${times.length} greetings of another client meanwhile`,
      `longest wait for a greeting ${longest.toFixed(1)} ms (bar ${MOST_MILLISECONDS}), p99 ${percentile(times, 0.99).toFixed(1)} ms`,
      `sockets left open ${Math.max(0, left)} (bar 0)${isAlive ? '' : '; THE SERVER ENDED'}`,
    ],
  }
}
