/**
 * Clients who are not in yet: a proxy has to say for whom it speaks, a TLS handshake has to succeed.
 *
 * Both have their time, counted once for all of it. Who does not make it is let go without a word: there is no common
 * language yet.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { LimitName } from '../core/limits.ts'
import type { Clock, Log } from '../core/ports.ts'
import type { ProxyHeader } from '../core/net/proxy.ts'
import type { TlsSettings } from '../core/net/tls.ts'
import { readProxyHeader } from './proxy-protocol.ts'
import { TlsGate } from './tls.ts'

type Announced = (header: ProxyHeader, rest: Buffer) => void
type Encrypted = (socket: TLSSocket) => void

export interface Handshake {
  readonly settings: TlsSettings
  readonly seconds: number
}

interface Wait {
  readonly among: Set<Socket>
  readonly seconds: number
  readonly tooLate: () => void
}

export class Doorstep {
  readonly #clock: Clock
  readonly #log: Log
  readonly #unannounced = new Set<Socket>()
  readonly #shakingHands = new Set<Socket>()
  readonly #gates = new WeakMap<TlsSettings, TlsGate>()

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** How many have to be announced yet. */
  get unannounced(): number {
    return this.#unannounced.size
  }

  /** Everybody leaves, now. */
  clear(): void {
    for (const socket of [...this.#unannounced, ...this.#shakingHands]) socket.destroy()
  }

  /**
   * The same for the same settings: tickets of one connection are good for the next. Undefined when TLS cannot be
   * spoken like that.
   */
  gate(settings: TlsSettings): TlsGate | undefined {
    const known = this.#gates.get(settings)
    if (known) return known
    try {
      const gate = new TlsGate(settings, this.#log)
      this.#gates.set(settings, gate)
      return gate
    } catch (fault) {
      this.#log.write('error', { because: String(fault) }, 'TLS does not work')
      return undefined
    }
  }

  /** Calls back when a trusted proxy has said who its client is; `rest` came right behind it. */
  announced(socket: Socket, seconds: number, next: Announced): void {
    const giveUp = (because: string, limit?: LimitName): void => {
      const fields = { remote_ip: socket.remoteAddress, because, limit }
      this.#log.write('warn', fields, 'a proxy did not announce its client')
      socket.destroy()
    }
    const tooLate = (): void => giveUp('time is up', 'proxy_timeout')
    const leave = this.#wait(socket, { among: this.#unannounced, seconds, tooLate })
    let octets: Buffer = Buffer.alloc(0)
    const hear = (more: Buffer): void => {
      octets = Buffer.concat([octets, more])
      const reading = readProxyHeader(octets)
      if (reading.kind === 'more') return
      socket.off('data', hear).off('end', hangUp).pause()
      leave()
      if (reading.kind === 'header') next(reading.header, octets.subarray(reading.used))
      else giveUp(reading.because)
    }
    const hangUp = (): void => void socket.destroy()
    socket.on('data', hear).on('end', hangUp)
  }

  /** Calls back when the client has made it through the handshake. */
  encrypted(socket: Socket, { settings, seconds }: Handshake, next: Encrypted): void {
    const tooLate = (): void => {
      const fields = { remote_ip: socket.remoteAddress, limit: 'tls_timeout' }
      this.#log.write('info', fields, 'the TLS handshake took too long')
      socket.destroy()
    }
    const leave = this.#wait(socket, { among: this.#shakingHands, seconds, tooLate })
    this.gate(settings)?.secure(socket, (encrypted) => {
      leave()
      next(encrypted)
    })
  }

  /** Until the answer is called, or the socket closed. */
  #wait(socket: Socket, { among, seconds, tooLate }: Wait): () => void {
    const cancel = this.#clock.after(seconds * 1000, tooLate)
    const leave = (): void => {
      cancel()
      among.delete(socket)
    }
    among.add(socket)
    socket.once('close', leave)
    return leave
  }
}
