/**
 * A Redis that is stopped, killed, slow, full, read-only, or says nonsense (FI-6, FI-7, FI-8).
 *
 *     node test/faults/run.ts store-away [SECONDS]
 *
 * Under load, each for some seconds: rules answer as configured, within the time of the store, and memory does not grow;
 * afterwards the store serves again by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../support/free-port.ts'
import { mebibytes, memoryOf, percentile } from '../support/process-figures.ts'
import { countingSite, isAway, isServed, tellBoth, type Told } from '../support/store-house.ts'
import type { Figure } from './run.ts'
import { type RunningServer, startProcess } from './server.ts'

const SECONDS = 5
/** Milliseconds under load before memory is looked at. */
const WARM_UP = 8000
/** Milliseconds: of the store, and what else a session may take here. */
const [TIMEOUT, SLACK] = [500, 100]
const [MOST_GROWTH, MOST_RECOVERY] = [20 * 1024 * 1024, 5000]
/** Sessions at the same time. */
const LOAD = 10

interface Fault {
  readonly begin: () => unknown
  readonly end: () => unknown
}

export async function inject([given = String(SECONDS)]: readonly string[]): Promise<Figure> {
  const port = await freePort()
  const redis = new RedisProcess(port)
  await redis.start()
  const server = await startProcess(countingSite(`redis://127.0.0.1:${port}#timeout=${TIMEOUT}ms`))
  await loadFor(server, WARM_UP, () => true)
  const measured: Measured[] = []
  for (const [name, fault] of Object.entries(faultsOf(redis, port)))
    measured.push(await measure({ name, fault, server, milliseconds: Number(given) * 1000 }))
  const rejections = server.output().match(/unhandled|nobody caught/gi)?.length ?? 0
  const isAlive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  await redis.kill()
  return {
    met: measured.every(({ met }) => met) && rejections === 0 && isAlive,
    lines: [
      ...measured.map(({ line }) => line),
      `errors nobody caught ${rejections} (bar 0)${isAlive ? '' : '; THE SERVER ENDED'}`,
    ],
  }
}

function faultsOf(redis: RedisProcess, port: number): Readonly<Record<string, Fault>> {
  const instead = (answer: string | undefined): Fault => {
    let fake: Server | undefined
    return {
      begin: async () => {
        await redis.kill()
        fake = await impostor(port, answer)
      },
      end: async () => {
        fake?.close()
        await redis.start()
      },
    }
  }
  return {
    'stopped (SIGSTOP)': { begin: () => redis.signal('SIGSTOP'), end: () => redis.signal('SIGCONT') },
    'killed, and started again': { begin: () => redis.kill(), end: () => redis.start() },
    'slow (DEBUG SLEEP)': {
      begin: () => void redis.admin.call('DEBUG', 'SLEEP', '60').catch(() => undefined),
      end: async () => {
        await redis.kill()
        await redis.start()
      },
    },
    'full (maxmemory 1)': {
      begin: () => redis.admin.config('SET', 'maxmemory', '1'),
      end: () => redis.admin.config('SET', 'maxmemory', '0'),
    },
    'read-only (a replica)': {
      begin: () => redis.admin.call('REPLICAOF', '127.0.0.1', '1'),
      end: () => redis.admin.call('REPLICAOF', 'NO', 'ONE'),
    },
    'a wrong type': instead('-WRONGTYPE x\r\n'),
    'half a reply': instead('$10\r\nabc'),
    nonsense: instead('220 mail.example ESMTP\r\n'),
    'hangs up': instead(undefined),
  }
}

interface Measuring {
  readonly name: string
  readonly fault: Fault
  readonly server: RunningServer
  readonly milliseconds: number
}

interface Measured {
  readonly met: boolean
  readonly line: string
}

async function measure({ name, fault, server, milliseconds }: Measuring): Promise<Measured> {
  const pid = server.child.pid ?? 0
  const before = memoryOf(pid, 'VmRSS')
  await fault.begin()
  await setTimeout(TIMEOUT)
  const told = await loadFor(server, milliseconds, () => true)
  const growth = memoryOf(pid, 'VmRSS') - before
  await fault.end()
  const ended = performance.now()
  await loadFor(server, MOST_RECOVERY * 2, (one) => !isServed(one))
  const recovery = performance.now() - ended
  const right = told.filter(isAway).length
  const slowest = percentile(
    told.map(({ time }) => time),
    0.99,
  )
  return {
    met: right === told.length && slowest <= TIMEOUT + SLACK && growth < MOST_GROWTH && recovery < MOST_RECOVERY,
    line: [
      `${name}: answered as configured ${right} of ${told.length} (bar all)`,
      `p99 ${slowest.toFixed(0)} ms (bar ${TIMEOUT + SLACK})`,
      `memory ${mebibytes(growth)} more (bar ${mebibytes(MOST_GROWTH)})`,
      `serves again after ${(recovery / 1000).toFixed(1)} s (bar ${MOST_RECOVERY / 1000})`,
    ].join(', '),
  }
}

/** Sessions one after the other, several at a time, while the time lasts and the last answer is as wanted. */
async function loadFor({ port }: RunningServer, milliseconds: number, goOn: (told: Told) => boolean): Promise<Told[]> {
  const end = performance.now() + milliseconds
  const told: Told[] = []
  let isOver = false
  const client = async (): Promise<void> => {
    while (!isOver && performance.now() < end) {
      const one = await tellBoth(port)
      told.push(one)
      isOver ||= !goOn(one)
    }
  }
  await Promise.all(Array.from({ length: LOAD }, client))
  return told
}

class RedisProcess {
  readonly #port: number
  #child: ChildProcess | undefined
  #admin: Redis | undefined

  constructor(port: number) {
    this.#port = port
  }

  get admin(): Redis {
    this.#admin ??= new Redis({ port: this.#port, host: '127.0.0.1', retryStrategy: () => 50 }).on(
      'error',
      () => undefined,
    )
    return this.#admin
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--enable-debug-command', 'yes']
    this.#child = spawn('redis-server', args, { stdio: 'ignore' })
    for (;;) {
      const answer = await this.admin.ping().catch(() => undefined)
      if (answer === 'PONG') return
      await setTimeout(20)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async kill(): Promise<void> {
    this.#admin?.disconnect()
    this.#admin = undefined
    if (!this.#child || this.#child.exitCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}

/** Answers everything with the same; hangs up where there is no answer, and after half of one. */
async function impostor(port: number, answer: string | undefined): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (answer === undefined) socket.destroy()
    else socket.on('data', () => (answer.endsWith('\r\n') ? socket.write(answer) : socket.end(answer)))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
