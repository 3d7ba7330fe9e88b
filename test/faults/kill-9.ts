/**
 * kill -9 in mid-DATA, again and again: nothing partial in `new`, nothing lost that had its 250.
 *
 * Clients send messages of known content with a token each. The kill comes while several are in the middle of their content.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { randomFrom } from '../support/random.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const ROUNDS = 50
const CLIENTS = 4
const MESSAGE_LINES = 2000
const SLOWEST_START = 2000
const SEED = 20_261_120

/** Tokens whose 250 a client has read. */
type Ledger = Set<string>

export async function inject([rounds = String(ROUNDS)]: readonly string[]): Promise<Figure> {
  const site = writeSite([])
  const ledger: Ledger = new Set()
  const random = randomFrom(SEED)
  const played: Round[] = []
  for (let round = 0; round < Number(rounds); round += 1) played.push(await oneRound(round, site, ledger, random))
  return judge(site.maildir, ledger, played)
}

interface Round {
  /** Whether the kill found a client in the middle of its content. */
  readonly cut: boolean
  /** Milliseconds until the server listened again. */
  readonly start: number
}

async function oneRound(
  round: number,
  site: ReturnType<typeof writeSite>,
  ledger: Ledger,
  random: () => number,
): Promise<Round> {
  const began = performance.now()
  const server = await startProcess(site)
  const start = performance.now() - began
  const senders = Array.from({ length: CLIENTS }, (_, index) => new Sender(server.port, `r${round}c${index}`, ledger))
  const sending = senders.map((sender) => sender.run())
  await new Promise((resolve) => setTimeout(resolve, 100 + random() * 250))
  const inContent = senders.filter((sender) => sender.inContent).length
  server.child.kill('SIGKILL')
  await server.exited
  await Promise.all(sending)
  return { cut: inContent > 0, start }
}

/** Sends one message after the other until the connection breaks. */
class Sender {
  inContent = false
  readonly #port: number
  readonly #name: string
  readonly #ledger: Ledger

  constructor(port: number, name: string, ledger: Ledger) {
    this.#port = port
    this.#name = name
    this.#ledger = ledger
  }

  run(): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('close', () => resolve())
      this.#talk(socket).catch(() => socket.destroy())
    })
  }

  async #talk(socket: Socket): Promise<void> {
    const replies = replyReader(socket)
    await replies()
    await say(socket, replies, 'EHLO client.example')
    for (let number = 0; ; number += 1) {
      const token = `${this.#name}m${number}`
      await say(socket, replies, 'MAIL FROM:<a@client.example>')
      await say(socket, replies, 'RCPT TO:<b@example.org>')
      await say(socket, replies, 'DATA')
      this.inContent = true
      await this.#content(socket, token)
      const reply = await replies()
      this.inContent = false
      if (reply.startsWith('250')) this.#ledger.add(token)
    }
  }

  /** In pieces, so that a kill finds it in the middle. */
  async #content(socket: Socket, token: string): Promise<void> {
    socket.write(`Subject: ${token}\r\n\r\n`)
    for (let piece = 0; piece < 10; piece += 1) {
      socket.write(bodyOf(token, MESSAGE_LINES / 10))
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.write(`end of ${token}\r\n.\r\n`)
  }
}

function bodyOf(token: string, lines: number): string {
  return `line of ${token}\r\n`.repeat(lines)
}

async function say(socket: Socket, replies: () => Promise<string>, line: string): Promise<void> {
  socket.write(`${line}\r\n`)
  await replies()
}

/** The next reply, its last line read; rejects when the connection ends. */
function replyReader(socket: Socket): () => Promise<string> {
  let text = ''
  let wake: (() => void) | undefined
  let closed = false
  socket.on('data', (chunk) => {
    text += chunk.toString()
    wake?.()
  })
  socket.on('close', () => {
    closed = true
    wake?.()
  })
  return async () => {
    for (;;) {
      const reply = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(text)?.[0]
      if (reply !== undefined) {
        text = text.slice(reply.length)
        return reply
      }
      if (closed) throw new Error('closed')
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
}

function judge(maildir: string, ledger: Ledger, rounds: readonly Round[]): Figure {
  const delivered = readdirSync(join(maildir, 'new')).map((name) => readFileSync(join(maildir, 'new', name), 'latin1'))
  const tokens = new Map(delivered.map((text) => [/^Subject: (\S+)/m.exec(text)?.[1] ?? '', text]))
  const partial = [...tokens].filter(([token, text]) => !isWhole(token, text)).length
  const lost = [...ledger].filter((token) => !tokens.has(token)).length
  const twice = delivered.length - tokens.size
  const cut = rounds.filter((round) => round.cut).length
  const starts = rounds.map(({ start }) => start).toSorted((x, y) => x - y)
  const slowest = starts[Math.ceil(starts.length * 0.99) - 1] ?? 0
  return {
    met: partial === 0 && lost === 0 && twice <= rounds.length && slowest < SLOWEST_START && ledger.size > 0 && cut > 0,
    lines: [
      `rounds ${rounds.length}, of which ${cut} killed a client in the middle of its content; seed ${SEED}`,
      `250 read ${ledger.size}, in new ${delivered.length}, of which twice ${twice} (bar one for each kill)`,
      `partial messages in new ${partial} (bar 0)`,
      `lost after their 250 ${lost} (bar 0)`,
      `started again within ${Math.round(slowest)} ms, p99 (bar ${SLOWEST_START})`,
    ],
  }
}

function isWhole(token: string, text: string): boolean {
  const lines = text.split(/\r?\n/)
  return (
    lines.filter((line) => line === `line of ${token}`).length === MESSAGE_LINES && lines.includes(`end of ${token}`)
  )
}
