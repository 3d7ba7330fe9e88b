/**
 * Where log lines go: a file or a standard stream, one write at a time, off the event loop.
 *
 * What cannot be written yet waits in a bounded buffer; lines beyond it are dropped and counted. A full disk is tried
 * again, a reader that went away (EPIPE) is not. Nothing here throws after the file was opened.
 */
import { close, openSync, write } from 'node:fs'

export interface LineSink {
  /** With its line feed. */
  write(line: string): void
  /** Lines lost so far. */
  lost(): number
  hasRoom(): boolean
  /** Goes on in a new file of the same name, between two lines. A standard stream stays what it is. */
  reopen(): void
  /** Resolves when the rest is written, or cannot be. Later lines are ignored. */
  close(): Promise<void>
}

const STREAMS = { stdout: 1, stderr: 2 } as const
const FILE_MODE = 0o640
const BUFFER_OCTETS = 8 * 1024 * 1024
const CHUNK_OCTETS = 64 * 1024
/** PIPE_BUF: what several processes write into one pipe stays whole up to here. */
const PIPE_OCTETS = 4096
const RETRY_MILLISECONDS = 100
/** After `close`. */
const LAST_TRIES = 10

/** Throws what `open` throws when the file cannot be opened for appending. */
export function openSink(file: string | undefined, stream: keyof typeof STREAMS = 'stderr'): LineSink {
  return new Sink(file, STREAMS[stream])
}

class Sink implements LineSink {
  readonly #file: string | undefined
  #descriptor: number
  #lines: Buffer[] = []
  /** What the write under way, or tried again, has left. */
  #chunk: Buffer = Buffer.alloc(0)
  #octets = 0
  #lost = 0
  #busy = false
  #moved = false
  #retry: NodeJS.Timeout | undefined
  #lastTries = LAST_TRIES
  #closed: (() => void) | undefined
  #ended: Promise<void> | undefined

  constructor(file: string | undefined, stream: number) {
    this.#file = file
    this.#descriptor = file === undefined ? stream : openSync(file, 'a', FILE_MODE)
  }

  write(text: string): void {
    if (this.#closed !== undefined) return
    if (!this.hasRoom()) {
      this.#lost += 1
      return
    }
    const line = Buffer.from(text)
    this.#lines.push(line)
    this.#octets += line.length
    if (!this.#busy) this.#pump()
  }

  lost(): number {
    return this.#lost
  }

  hasRoom(): boolean {
    return this.#octets < BUFFER_OCTETS
  }

  reopen(): void {
    if (this.#file === undefined || this.#closed !== undefined) return
    this.#moved = true
    if (!this.#busy) this.#pump()
  }

  close(): Promise<void> {
    this.#ended ??= new Promise((resolve) => {
      this.#closed = resolve
      this.#retry?.ref()
      if (!this.#busy) this.#pump()
    })
    return this.#ended
  }

  #pump(): void {
    if (this.#chunk.length === 0) this.#nextChunk()
    this.#busy = this.#chunk.length > 0
    if (this.#busy) write(this.#descriptor, this.#chunk, (error, count) => this.#written(error, count))
    else if (this.#closed !== undefined) this.#end(this.#closed)
  }

  /** Whole lines, so that a file can be changed in between. */
  #nextChunk(): void {
    if (this.#moved) this.#change()
    let size = 0
    const most = this.#file === undefined ? PIPE_OCTETS : CHUNK_OCTETS
    const over = this.#lines.findIndex((line) => (size += line.length) > most)
    this.#chunk = Buffer.concat(this.#lines.splice(0, over < 0 ? this.#lines.length : Math.max(1, over)))
  }

  /** Without a new file the old one goes on. */
  #change(): void {
    this.#moved = false
    const old = this.#descriptor
    try {
      this.#descriptor = openSync(this.#file ?? '', 'a', FILE_MODE)
    } catch {
      return
    }
    close(old)
  }

  #written(error: NodeJS.ErrnoException | null, count: number): void {
    const done = error === null ? count : 0
    this.#chunk = this.#chunk.subarray(done)
    this.#octets -= done
    if (error === null) this.#pump()
    else if (error.code === 'EPIPE' || this.#lastTries === 0) this.#abandon()
    else this.#tryAgain()
  }

  /** Only one who waits for the end keeps the process alive. */
  #tryAgain(): void {
    this.#retry = setTimeout(() => this.#pump(), RETRY_MILLISECONDS)
    if (this.#closed === undefined) this.#retry.unref()
    else this.#lastTries -= 1
  }

  #abandon(): void {
    this.#lost += this.#lines.length + 1
    this.#lines = []
    this.#chunk = Buffer.alloc(0)
    this.#octets = 0
    this.#pump()
  }

  #end(closed: () => void): void {
    if (this.#file === undefined) closed()
    else close(this.#descriptor, () => closed())
  }
}
