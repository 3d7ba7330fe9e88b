/**
 * Runs a program for one message: no shell, an environment of its own, bounded output, and an end.
 *
 * The program and what it started are killed when their time is over, and when the message cannot be read to its end:
 * before their input ends, so none of them takes a half for the whole.
 */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Clock } from '../../core/ports.ts'
import { errorCode } from '../../core/reason.ts'
import type { Octets } from '../octets.ts'
import { pour } from '../pour.ts'

export interface ProgramRun {
  /** Absolute path. */
  readonly file: string
  readonly args: readonly string[]
  /** For its standard input. */
  readonly input: Octets
  /** For its descriptor 1, which it reads: qmail-queue's envelope. */
  readonly second?: Buffer
  /** Milliseconds for the whole run. */
  readonly timeout: number
  /** Octets of output after which it is stopped; without it, it may talk on. */
  readonly mostOutput?: number
  /** Stops it when it aborts. */
  readonly signal?: AbortSignal
  readonly clock: Pick<Clock, 'after'>
}

export type ProgramEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly output: string }
  | { readonly kind: 'killed'; readonly because: string; readonly output: string }
  /** It is not there, or must not be run. */
  | { readonly kind: 'absent'; readonly because: string }

const SURROUNDINGS: SpawnOptions = {
  // A group of its own, to be killed as one.
  detached: true,
  cwd: '/',
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  stdio: ['pipe', 'pipe', 'pipe'],
}
/** What a program says after that is read and forgotten. */
const OUTPUT_LENGTH = 8192
/** Milliseconds that output may still come after the end: something the program left behind may hold it open. */
const LAST_WORDS = 1000

/** Rejects with the input's own error when that breaks off. */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const child = spawn(run.file, run.args, SURROUNDINGS)
  let stopped: string | undefined
  const stop = (because: string): void => {
    stopped ??= because
    kill(child)
  }
  const output = collect(run.second === undefined ? [child.stdout, child.stderr] : [child.stderr], (octets) => {
    if (octets > (run.mostOutput ?? Infinity)) stop('it said too much')
  })
  const ended = endOf(child)
  const cancel = run.clock.after(run.timeout, () => stop('it took too long'))
  const abort = (): void => stop('nobody waits for it any more')
  run.signal?.addEventListener('abort', abort)
  try {
    if (run.second !== undefined) feedSecond(child.stdout, run.second)
    await feed(child, run.input)
    const end = await ended
    if (typeof end === 'string') return { kind: 'absent', because: end }
    await lastWords(child, run.clock)
    return stopped === undefined ? ownEnd(end, output()) : { kind: 'killed', because: stopped, output: output() }
  } finally {
    cancel()
    run.signal?.removeEventListener('abort', abort)
    for (const stream of child.stdio) stream?.destroy()
  }
}

interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

function ownEnd({ code, signal }: Exit, output: string): ProgramEnd {
  return code === null ? { kind: 'killed', because: String(signal), output } : { kind: 'exit', code, output }
}

/** The code of the fault that kept it from running, or its exit. */
function endOf(child: ChildProcess): Promise<Exit | string> {
  return new Promise((resolve) => {
    child.once('error', (fault) => resolve(errorCode(fault) ?? fault.name))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

/** A message that breaks off ends the program first: until then its input is open. */
async function feed(child: ChildProcess, input: Octets): Promise<void> {
  try {
    if (child.stdin !== null) await pour(input, child.stdin)
  } catch (error) {
    kill(child)
    throw error
  }
}

/** Node makes descriptor 1 a socket pair, so it can be written to although programs usually do that. */
function feedSecond(stream: Readable | null, octets: Buffer): void {
  if (!(stream instanceof Socket)) throw new TypeError('descriptor 1 of the program is no socket')
  stream.on('error', () => undefined)
  stream.end(octets)
}

/** `hear` is told how much has come so far. */
function collect(streams: readonly (Readable | null)[], hear: (octets: number) => void): () => string {
  let text = ''
  let octets = 0
  for (const stream of streams) {
    stream?.on('error', () => undefined)
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('latin1')).slice(0, OUTPUT_LENGTH)
      octets += chunk.length
      hear(octets)
    })
  }
  return () => text
}

function lastWords(child: ChildProcess, clock: Pick<Clock, 'after'>): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => stream !== null && !stream.closed)
  if (open.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const cancel = clock.after(LAST_WORDS, resolve)
    child.once('close', () => {
      cancel()
      resolve()
    })
  })
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
