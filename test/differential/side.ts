/** One of the two servers, as a client sees it: it reads and writes, and knows what a reply is. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { firstReply, type Reply, replyIn } from './reply.ts'

/** Nothing for so long is an answer too. In milliseconds. */
const SILENCE = 8000
/** After these a server hangs up. */
const ENDINGS = new Set([221, 421, 521])
const SILENT: Reply = { code: 0, text: '(silence)', closed: true }
const HUNG_UP: Reply = { code: 0, text: '', closed: true }

export class Side {
  #socket: Socket
  #heard = ''
  #isOver = false
  #check = (): void => undefined

  private constructor(socket: Socket) {
    this.#socket = this.#listening(socket)
  }

  static async open(port: number, localAddress: string): Promise<Side> {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    const side = new Side(socket)
    await once(socket, 'connect').catch(() => undefined)
    return side
  }

  #listening<Given extends Socket>(socket: Given): Given {
    socket.on('data', (octets: Buffer) => {
      this.#heard += octets.toString('latin1')
      this.#check()
    })
    // A reset is an end like any other here.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isOver = true
      this.#check()
    })
    return socket
  }

  say(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  /** A refusal may be the last thing that is said; whether it was, the next read tells. */
  async reply(): Promise<Reply> {
    const quiet = new AbortController()
    const heard = await Promise.race([
      this.#next(),
      setTimeout(SILENCE, SILENT, { signal: quiet.signal }).catch(() => SILENT),
    ])
    quiet.abort()
    return ENDINGS.has(heard.code) ? { ...heard, closed: true } : heard
  }

  #next(): Promise<Reply> {
    return new Promise((resolve) => {
      this.#check = () => {
        const octets = firstReply(this.#heard)
        if (octets === undefined && !this.#isOver) return
        this.#check = () => undefined
        this.#heard = this.#heard.slice(octets?.length ?? 0)
        resolve(octets === undefined ? HUNG_UP : replyIn(octets))
      }
      this.#check()
    })
  }

  /** After 220 to STARTTLS. Resolves when it has come about, or has failed: the next read tells. */
  async encrypt(): Promise<void> {
    this.#socket.removeAllListeners('data').removeAllListeners('close')
    const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false, checkServerIdentity: () => undefined })
    this.#socket = this.#listening(secure)
    await once(secure, 'secureConnect').catch(() => undefined)
  }

  close(): void {
    this.#socket.destroy()
  }
}
