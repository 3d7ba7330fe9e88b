/**
 * Lines of the log to a program, on its standard input: one for the life of the log, started with the first line, and
 * again, once a second at most, after it has ended. No shell reads its arguments.
 *
 * Lines that it cannot be given are dropped and counted. Nothing here throws.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { LineSink } from './line-sink.ts'

const BUFFER_OCTETS = 8 * 1024 * 1024
/** Milliseconds between two starts. */
const AGAIN_AFTER = 1000
/** Milliseconds for the last lines. */
const END_WITHIN = 2000

export function openProgram(program: string, args: readonly string[]): LineSink {
  return new Program(program, args)
}

class Program implements LineSink {
  readonly #program: string
  readonly #args: readonly string[]
  #child: ChildProcess | undefined
  #started = Number.NEGATIVE_INFINITY
  #lost = 0
  #ended: Promise<void> | undefined

  constructor(program: string, args: readonly string[]) {
    this.#program = program
    this.#args = args
  }

  write(line: string): void {
    if (this.#ended) return
    const { stdin } = this.#running() ?? {}
    if (stdin && stdin.writableLength < BUFFER_OCTETS) stdin.write(line)
    else this.#lost += 1
  }

  lost(): number {
    return this.#lost
  }

  hasRoom(): boolean {
    return (this.#child?.stdin?.writableLength ?? 0) < BUFFER_OCTETS
  }

  /** It has its input to the end, and the next line goes to a new one. */
  reopen(): void {
    this.#child?.stdin?.end()
    this.#child = undefined
    this.#started = Number.NEGATIVE_INFINITY
  }

  #running(): ChildProcess | undefined {
    if (!this.#child && performance.now() - this.#started >= AGAIN_AFTER) this.#child = this.#start()
    return this.#child
  }

  /** In a group of its own: what ends the server from a terminal must not keep its last lines. */
  #start(): ChildProcess {
    this.#started = performance.now()
    const child: ChildProcess = spawn(this.#program, this.#args, {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    const ended = (): void => {
      if (this.#child === child) this.#child = undefined
    }
    child.on('error', ended)
    child.on('exit', ended)
    // What it had not read when it ended. Without a descriptor to spare there is no input at all.
    child.stdin?.on('error', () => (this.#lost += 1))
    child.unref()
    return child
  }

  close(): Promise<void> {
    this.#ended ??= this.#end(this.#child)
    return this.#ended
  }

  async #end(child: ChildProcess | undefined): Promise<void> {
    if (!child) return
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN)
      child.on('close', () => {
        clearTimeout(late)
        resolve()
      })
      child.ref()
      child.stdin?.end()
    })
  }
}
