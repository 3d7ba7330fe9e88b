/** File descriptors run out: nobody falls, the processor stays idle, and there is service again when there is room. */
import { execFileSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { processorTimeOf } from '../support/process-figures.ts'
import { smtpClient } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const CONNECTIONS = 200
const DESCRIPTORS = 64
const SECONDS = 3
const MOST_LOAD = 0.2

export async function inject(): Promise<Figure> {
  const site = writeSite([], 'limits: { connections_per_client: 500 }')
  const server = await startProcess(site)
  const pid = server.child.pid ?? 0
  execFileSync('prlimit', [`--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, '--pid', String(pid)])
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => opened(server.port)))
  const [before, began] = [processorTimeOf(pid), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000))
  const load = (processorTimeOf(pid) - before) / ((performance.now() - began) / 1000)
  const held = sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length
  for (const socket of sockets) socket.destroy()
  const served = await isServed(server.port)
  const alive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  const code = await server.exited
  return {
    met: alive && served && load < MOST_LOAD && held > 0 && held < CONNECTIONS && code === 0,
    lines: [
      `${CONNECTIONS} connections with ${DESCRIPTORS} descriptors: ${held} held, the others closed`,
      `the process ended: ${alive ? 'no' : 'yes'} (bar no), exit code at the end ${code}`,
      `processor meanwhile ${(load * 100).toFixed(1)} % (bar ${MOST_LOAD * 100} %)`,
      `accepted afterwards: ${served ? 'yes' : 'no'} (bar yes)`,
    ],
  }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', () => resolve(socket))
    socket.resume()
  })
}

async function isServed(port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const greeted = await smtpClient(port)
      .hear('ready\r\n')
      .catch(() => '')
    if (greeted.startsWith('220')) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}
