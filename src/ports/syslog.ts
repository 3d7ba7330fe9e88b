/**
 * The log, to a syslog server: by UDP, or through the socket of this machine.
 *
 * Node cannot open the kind of socket that /dev/log is, so util-linux's `logger` does: one for the life of the log, started
 * with the first line, and again, once a second at most, after it has ended. Mail goes on when the log does not: lines that
 * cannot be sent are dropped and counted; UDP loses others without a word.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { LOG_LEVELS, type LogLevel } from '../core/effect.ts'
import type { LogPlace } from '../compiler/log-settings.ts'
import type { OpenLog } from './pino-log.ts'
import { header, MESSAGE_OCTETS, messageText, priority } from './syslog-message.ts'

type SyslogPlace = Extract<LogPlace, { readonly kind: 'socket' | 'udp' }>

export interface SyslogOptions {
  /** Lines below it are not sent. */
  readonly level: LogLevel
  readonly place: SyslogPlace
}

/** Closed once, and nothing is sent after that. */
interface Sender {
  send(message: string): void
  lost(): number
  close(): Promise<void>
}

const MOST_UNDER_WAY = 1000
const BUFFER_OCTETS = 8 * 1024 * 1024
const AGAIN_AFTER = 1000
/** For the last lines. */
const END_WITHIN = 2000

export function openSyslog({ level, place }: SyslogOptions): OpenLog {
  const { facility, tag } = place
  const least = LOG_LEVELS.indexOf(level)
  const origin = { hostname: hostname(), tag, process: process.pid }
  const sender = place.kind === 'udp' ? new Datagrams(place) : new LoggerProgram(place)
  const head = place.kind === 'udp' ? () => header(new Date(), origin) : () => ''
  let ended: Promise<void> | undefined
  return {
    write(severity, fields, text) {
      if (ended !== undefined || LOG_LEVELS.indexOf(severity) < least) return
      const message = priority(facility, severity) + head() + messageText(fields, text)
      sender.send(message.slice(0, MESSAGE_OCTETS))
    },
    lost: () => sender.lost(),
    reopen: () => undefined,
    close: () => (ended ??= sender.close()),
  }
}

class Datagrams implements Sender {
  readonly #address: string
  readonly #port: number
  readonly #socket: Socket
  #underWay = 0
  #lost = 0
  #closed: (() => void) | undefined

  constructor({ address, port }: Extract<LogPlace, { readonly kind: 'udp' }>) {
    this.#address = address
    this.#port = port
    this.#socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
    this.#socket.on('error', () => undefined)
    this.#socket.unref()
  }

  send(message: string): void {
    if (this.#underWay >= MOST_UNDER_WAY) {
      this.#lost += 1
      return
    }
    this.#underWay += 1
    this.#socket.send(message, this.#port, this.#address, (error) => this.#sent(error))
  }

  #sent(error: Error | null): void {
    this.#underWay -= 1
    if (error !== null) this.#lost += 1
    this.#endWhenDone()
  }

  lost(): number {
    return this.#lost
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve
      this.#endWhenDone()
    })
  }

  #endWhenDone(): void {
    if (this.#closed !== undefined && this.#underWay === 0) this.#socket.close(this.#closed)
  }
}

class LoggerProgram implements Sender {
  readonly #args: readonly string[]
  #child: ChildProcess | undefined
  #started = Number.NEGATIVE_INFINITY
  #lost = 0

  constructor({ path, tag }: Extract<LogPlace, { readonly kind: 'socket' }>) {
    const id = `--id=${process.pid}`
    const size = String(MESSAGE_OCTETS)
    this.#args = ['--socket', path, '--socket-errors=on', '--prio-prefix', '--tag', tag, id, '--size', size]
  }

  send(message: string): void {
    const { stdin } = this.#running() ?? {}
    if (stdin && stdin.writableLength < BUFFER_OCTETS) stdin.write(`${message}\n`)
    else this.#lost += 1
  }

  lost(): number {
    return this.#lost
  }

  #running(): ChildProcess | undefined {
    if (!this.#child && performance.now() - this.#started >= AGAIN_AFTER) this.#child = this.#start()
    return this.#child
  }

  /** In a group of its own: what ends the server from a terminal must not keep its last lines. */
  #start(): ChildProcess {
    this.#started = performance.now()
    const child: ChildProcess = spawn('logger', this.#args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
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
    const child = this.#child
    if (!child) return Promise.resolve()
    return new Promise((resolve) => {
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
