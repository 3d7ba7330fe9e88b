/**
 * The next server refuses connections, hangs up after the content, or falls silent: 4xx for everybody, in time, and no
 * connection left.
 */
import { descriptorsOf } from '../support/process-figures.ts'
import { type Sent, sendOnce } from '../support/load-client.ts'
import { type Answers, CLOSE, HANG, smtpSink } from '../support/smtp-sink.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const MESSAGES = 20
/** For each step, and for the whole delivery with the answer to the content. */
const [TIMEOUT_SECONDS, DEADLINE_SECONDS] = [2, 3]
/** A client is answered within that time and one second. */
const MORE_SECONDS = 1

interface Case {
  readonly name: string
  readonly answers: Answers
  /** Nobody listens at all. */
  readonly isAway?: boolean
}

const CASES: readonly Case[] = [
  { name: 'refuses connections', answers: {}, isAway: true },
  { name: 'hangs up after the content', answers: { END: CLOSE } },
  { name: 'is silent after the content', answers: { END: HANG } },
  { name: 'is silent from the start', answers: { GREETING: HANG } },
]

export async function inject(): Promise<Figure> {
  const results: Measured[] = []
  for (const one of CASES) results.push(await measure(one))
  return { met: results.every(({ met }) => met), lines: results.map(({ line }) => line) }
}

interface Measured {
  readonly met: boolean
  readonly line: string
}

async function measure({ name, answers, isAway = false }: Case): Promise<Measured> {
  const sink = await smtpSink(answers)
  const { port } = sink
  if (isAway) await sink.close()
  const forward = `queue/smtp-forward: { host: 127.0.0.1, port: ${port}, timeout: ${TIMEOUT_SECONDS}s, deadline: ${DEADLINE_SECONDS}s }`
  const server = await startProcess(writeSite([], '', { queue: forward }))
  await sendOnce(server.port, 'first')
  const pid = server.child.pid ?? 0
  const before = await settled(pid)
  const results = await Promise.all(Array.from({ length: MESSAGES }, (_, index) => sendOnce(server.port, `t${index}`)))
  const left = (await settled(pid)) - before
  const isAlive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  if (!isAway) await sink.close()
  return judge(name, { results, left, isAlive })
}

/** Descriptors of the server once there are no fewer for a second; the clients' own have gone by then. */
async function settled(pid: number): Promise<number> {
  let least = descriptorsOf(pid)
  for (let still = 0; still < 10; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    const now = descriptorsOf(pid)
    if (now < least) still = 0
    least = Math.min(least, now)
  }
  return least
}

interface Run {
  readonly results: readonly Sent[]
  readonly left: number
  readonly isAlive: boolean
}

function judge(name: string, { results, left, isAlive }: Run): Measured {
  const accepted = results.filter((one) => one.accepted).length
  const deferred = results.filter(({ reply }) => /^4\d\d /.test(reply)).length
  const slowest = Math.max(...results.map(({ milliseconds }) => milliseconds)) / 1000
  const most = DEADLINE_SECONDS + MORE_SECONDS
  return {
    met: accepted === 0 && deferred === MESSAGES && slowest <= most && left <= 0 && isAlive,
    line: [
      `${name}: 250 ${accepted} (bar 0), 4xx ${deferred} of ${MESSAGES}`,
      `answered within ${slowest.toFixed(2)} s (bar ${most})`,
      `sockets left open ${Math.max(0, left)} (bar 0)${isAlive ? '' : '; THE SERVER ENDED'}`,
    ].join(', '),
  }
}
