/**
 * The log, to a syslog server: by UDP, or through the socket of this machine.
 *
 * Node cannot open the kind of socket that /dev/log is, so util-linux's `logger` does, for the life of the log. Mail goes on
 * when the log does not: lines that cannot be sent are dropped and counted; UDP loses others without a word.
 */
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import { isAtLeast, type LogLevel } from '../../core/effect.ts'
import type { LogPlace } from '../../compiler/settings/log-settings.ts'
import { openProgram } from './line-program.ts'
import type { OpenLog } from './sink-log.ts'
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

export function openSyslog({ level, place }: SyslogOptions): OpenLog {
  const { facility, tag } = place
  const origin = { hostname: hostname(), tag, process: process.pid }
  const sender = place.kind === 'udp' ? new Datagrams(place) : loggerProgram(place)
  const head = place.kind === 'udp' ? () => header(new Date(), origin) : () => ''
  let ended: Promise<void> | undefined
  return {
    write(severity, fields, text) {
      if (ended !== undefined || !isAtLeast(severity, level)) return
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

function loggerProgram({ path, tag }: Extract<LogPlace, { readonly kind: 'socket' }>): Sender {
  const id = `--id=${process.pid}`
  const size = String(MESSAGE_OCTETS)
  const options = ['--socket', path, '--socket-errors=on', '--prio-prefix', '--tag', tag, id, '--size', size]
  const program = openProgram('logger', options)
  return {
    send: (message) => program.write(`${message}\n`),
    lost: () => program.lost(),
    close: () => program.close(),
  }
}
