/**
 * Asks p0f about a client, over its Unix socket.
 *
 * p0f hears of a packet some milliseconds after the client was accepted, and has room for few connections at once (20,
 * unless it is started with `-S`). So whom it has not seen it is asked about again a little later, as when it had no
 * room.
 */
import { connect, type Socket } from 'node:net'
import type { Clock, Fingerprint, P0f, P0fQuestion } from '../core/ports.ts'
import { errorCode } from '../core/reason.ts'
import { beforeAbort, withTimeLimit } from '../delivery/time-limit.ts'
import { type Gate, gate } from './gate.ts'
import { PROTOCOLS } from './p0f-structures.ts'

/** Questions under way at once, in each process. */
export const P0F_BOUNDS = { most: 5 } as const

/** Milliseconds before it is asked again: p0f reads what it has captured every 10 ms. */
const AGAIN = [25, 50, 100]

export function openP0f(clock: Pick<Clock, 'after'>): P0f {
  const enter = gate(P0F_BOUNDS.most)
  return {
    ask: (question) =>
      withTimeLimit(clock, question.milliseconds, async (signal) => {
        const answer = await beforeAbort(signal, new Asking(question, enter, signal).untilSeen(clock))
        if (answer) return answer.seen
        throw new Error(`p0f did not answer within ${question.milliseconds} ms`)
      }),
  }
}

interface Answer {
  /** Undefined: p0f has not seen the client. */
  readonly seen: Fingerprint | undefined
}

class NoRoom extends Error {}

class Asking {
  readonly #question: P0fQuestion
  readonly #enter: Gate
  readonly #signal: AbortSignal

  constructor(question: P0fQuestion, enter: Gate, signal: AbortSignal) {
    this.#question = question
    this.#enter = enter
    this.#signal = signal
  }

  async untilSeen(clock: Pick<Clock, 'after'>): Promise<Answer> {
    for (const wait of AGAIN) {
      const { seen } = await this.#inTurn().catch(unseenWithoutRoom)
      if (seen || this.#signal.aborted) return { seen }
      await new Promise<void>((resolve) => clock.after(wait, resolve))
    }
    return this.#inTurn()
  }

  #inTurn(): Promise<Answer> {
    return this.#enter(async () => (this.#signal.aborted ? { seen: undefined } : this.#once()))
  }

  async #once(): Promise<Answer> {
    const protocol = PROTOCOLS[this.#question.version]
    const query = protocol.query(this.#question)
    const socket = connect({ path: this.#question.socket, signal: this.#signal })
    try {
      socket.end(query)
      return { seen: protocol.read(await octetsFrom(socket, protocol.length)) }
    } finally {
      socket.destroy()
    }
  }
}

function unseenWithoutRoom(fault: unknown): Answer {
  if (fault instanceof NoRoom) return { seen: undefined }
  throw fault
}

function octetsFrom(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0)
    socket.on('error', (fault) => reject(faultOf(fault)))
    socket.on('close', () => reject(new NoRoom('p0f hung up without an answer')))
    socket.on('data', (octets) => {
      answer = Buffer.concat([answer, octets])
      if (answer.length >= length) resolve(answer.subarray(0, length))
    })
  })
}

/** A full queue, and what is said into a connection that p0f has closed. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['EAGAIN', 'EPIPE', 'ECONNRESET'])

function faultOf(fault: Error): Error {
  const Kind = NO_ROOM.has(errorCode(fault)) ? NoRoom : Error
  return new Kind(`p0f cannot be asked: ${fault.message}`)
}
