/** Clients that send message after message, and a ledger of what they were told. */
import { connect, type Socket } from 'node:net'

export interface Ledger {
  /** Tokens whose 250 was read. */
  readonly accepted: Set<string>
  /** Sessions that ended with 221 or 421. */
  ended: number
  /** Sessions that ended in the middle, without a word. */
  cut: number
  /** Connections that ended before the greeting, or never were. */
  unheard: number
  /** Replies that no step wanted, with their number. */
  readonly surprises: Map<string, number>
}

export function newLedger(): Ledger {
  return { accepted: new Set(), ended: 0, cut: 0, unheard: 0, surprises: new Map() }
}

export interface LoadOptions {
  readonly port: number
  readonly name: string
  readonly ledger: Ledger
  readonly sender?: (message: number) => string
  readonly messagesPerSession?: number
  /** Milliseconds between two messages. */
  readonly pause?: () => number
}

/** Until `isOver`, one session after the other. */
export async function sendAll(options: LoadOptions, isOver: () => boolean): Promise<void> {
  for (let session = 0; !isOver(); session += 1) {
    await oneSession(options, session, isOver)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

export interface Sent {
  /** Whether the message had its 250. */
  readonly accepted: boolean
  /** The reply that ended it, its last line; the last one heard, when the connection broke. */
  readonly reply: string
  /** From the last command to its reply. */
  readonly milliseconds: number
}

/** One message, in a session of its own. `from` is the client's own address. */
export async function sendOnce(port: number, token: string, from = '127.0.0.1'): Promise<Sent> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  const talk = new Talk(socket)
  const ledger = newLedger()
  try {
    await talk.want('220')
    await talk.ask('EHLO load.example', '250')
    await oneMessage(talk, { port, name: token, ledger }, 0)
  } catch (fault) {
    if (!(fault instanceof Ended)) throw fault
  }
  socket.destroy()
  return { accepted: ledger.accepted.size > 0, reply: talk.last, milliseconds: talk.milliseconds }
}

class Ended extends Error {}

async function oneSession(options: LoadOptions, session: number, isOver: () => boolean): Promise<void> {
  const { ledger, port } = options
  const socket = connect(port, '127.0.0.1')
  const talk = new Talk(socket)
  try {
    await talk.want('220')
    for (const line of ['EHLO load.example']) await talk.ask(line, '250')
    for (let count = 0; count < (options.messagesPerSession ?? 5) && !isOver(); count += 1)
      await oneMessage(talk, options, session * 1000 + count)
    await talk.ask('QUIT', '221')
    ledger.ended += 1
  } catch (fault) {
    if (!(fault instanceof Ended)) throw fault
    note(talk, ledger)
  }
  socket.destroy()
}

function note({ last }: Talk, ledger: Ledger): void {
  if (last === '') ledger.unheard += 1
  else if (last.startsWith('421')) ledger.ended += 1
  else if (/^[45]/.test(last)) ledger.surprises.set(last, (ledger.surprises.get(last) ?? 0) + 1)
  else ledger.cut += 1
}

async function oneMessage(talk: Talk, options: LoadOptions, number: number): Promise<void> {
  const token = `${options.name}m${number}`
  await talk.ask(`MAIL FROM:<${options.sender?.(number) ?? 'a@client.example'}>`, '250')
  await talk.ask('RCPT TO:<b@example.org>', '250')
  await talk.ask('DATA', '354')
  await talk.ask(`Subject: ${token}\r\n\r\n${`line of ${token}\r\n`.repeat(20)}.`, '250')
  options.ledger.accepted.add(token)
  const pause = options.pause?.() ?? 0
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
}

/** Says lines and hears replies. */
class Talk {
  /** The last reply, one line of it. */
  last = ''
  /** What the last reply took, or the end without one. */
  milliseconds = 0
  readonly #socket: Socket
  #heard = ''
  #over = false
  #wake: () => void = () => undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (octets) => {
      this.#heard += octets.toString('latin1')
      this.#wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#over = true
      this.#wake()
    })
  }

  async ask(line: string, code: string): Promise<void> {
    this.#socket.write(`${line}\r\n`)
    await this.want(code)
  }

  async want(code: string): Promise<void> {
    const began = performance.now()
    await this.#hear(code).finally(() => (this.milliseconds = performance.now() - began))
  }

  async #hear(code: string): Promise<void> {
    for (;;) {
      const reply = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/.exec(this.#heard)
      if (reply) {
        this.#heard = this.#heard.slice(reply[0].length)
        this.last = reply[1] ?? ''
        if (this.last.startsWith(code)) return
        throw new Ended(this.last)
      }
      if (this.#over) throw new Ended('closed')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
