/**
 * From nothing to a server that waits for MAIL: connect, TLS, greeting, EHLO, AUTH, and XCLIENT when it is wanted.
 *
 * Everything that goes wrong here is a HostFault: nothing was said about a message yet, so another server may be asked.
 */
import type { DeliveryJob } from '../../core/delivery.ts'
import { reasonOf } from '../../core/reason.ts'
import { ask, said } from './answers.ts'
import { type Credentials, logIn } from './auth.ts'
import { xclientCommand } from './client-attributes.ts'
import { HostFault } from './host-fault.ts'
import { type Offers, offersOf } from './offers.ts'
import { type Peer, peerText } from './peer.ts'
import { isPositive, type Reply } from './reply.ts'
import { tlsCheck, type TlsMode, type TlsSettings } from './tls.ts'
import { SmtpWire } from './wire.ts'

export interface ConnectionSettings {
  readonly protocol: 'smtp' | 'lmtp'
  readonly tls: TlsSettings
  readonly credentials: Credentials | undefined
  /** Makes the server treat us as our client, where it offers that. Such a connection serves one message. */
  readonly xclient: boolean
  /** Milliseconds for one step. */
  readonly timeout: number
}

export interface SmtpConnection {
  readonly wire: SmtpWire
  readonly offers: Offers
  /** TLS, with a certificate that was checked; or no network at all. */
  readonly verified: boolean
}

/** Opportunistic TLS that fails is tried again without: the handshake leaves nothing to go on with. */
export async function openConnection(
  peer: Peer,
  job: DeliveryJob,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<SmtpConnection> {
  const attempt = new Attempt(peer, job, settings, signal)
  try {
    return await attempt.run(settings.tls.mode)
  } catch (fault) {
    if (!attempt.handshakeFailed || settings.tls.mode !== 'opportunistic' || signal.aborted) throw fault
    const because = reasonOf(fault)
    job.ports.log.write('warn', { host: peerText(peer), because }, 'next server without TLS, since TLS failed')
    return attempt.run('none')
  }
}

class Attempt {
  handshakeFailed = false
  #secure = false
  readonly #peer: Peer
  readonly #job: DeliveryJob
  readonly #settings: ConnectionSettings
  readonly #signal: AbortSignal

  constructor(peer: Peer, job: DeliveryJob, settings: ConnectionSettings, signal: AbortSignal) {
    this.#peer = peer
    this.#job = job
    this.#settings = settings
    this.#signal = signal
  }

  async run(mode: TlsMode): Promise<SmtpConnection> {
    const { timeout } = this.#settings
    const options = { peer: this.#peer, timeout, clock: this.#job.ports.clock, signal: this.#signal }
    const wire = await SmtpWire.open(options)
    try {
      const offers = await this.#prepare(wire, mode)
      return { wire, offers, verified: this.#peer.kind === 'socket' || (this.#secure && this.#settings.tls.verify) }
    } catch (fault) {
      wire.abort()
      throw fault
    }
  }

  async #prepare(wire: SmtpWire, mode: TlsMode): Promise<Offers> {
    if (mode === 'implicit') await this.#handshake(wire)
    const greeting = await wire.reply()
    if (!isPositive(greeting)) throw new HostFault(said('refused the connection', greeting), '4.4.1')
    const clear = await this.#greet(wire)
    const secured =
      mode === 'opportunistic' || mode === 'required' ? await this.#startTls(wire, clear, mode) : undefined
    const offers = secured ?? clear
    const { credentials } = this.#settings
    if (credentials !== undefined) await logIn(wire, offers, credentials, this.#secure)
    return this.#settings.xclient ? this.#introduce(wire, offers) : offers
  }

  /** What is offered inside TLS; what was offered in clear text is forgotten. Undefined when it stays clear text. */
  async #startTls(wire: SmtpWire, clear: Offers, mode: TlsMode): Promise<Offers | undefined> {
    const reply = clear.has('STARTTLS') ? await ask(wire, 'STARTTLS') : undefined
    if (reply?.code === 220) {
      await this.#handshake(wire)
      return this.#greet(wire)
    }
    if (mode === 'required') throw new HostFault(noTls(reply), '4.7.4')
    return undefined
  }

  async #handshake(wire: SmtpWire): Promise<void> {
    const name = this.#peer.kind === 'host' ? this.#peer.name : 'localhost'
    const check = await tlsCheck(this.#settings.tls, name)
    // Who spoke out of turn before it is not offered clear text instead.
    this.handshakeFailed = wire.isUsable
    await wire.secure(check)
    this.handshakeFailed = false
    this.#secure = true
  }

  /** EHLO, or HELO for a server that does not know EHLO. */
  async #greet(wire: SmtpWire, name = this.#job.hostname): Promise<Offers> {
    if (this.#settings.protocol === 'lmtp') return welcome(await ask(wire, `LHLO ${name}`))
    const ehlo = await ask(wire, `EHLO ${name}`)
    if (isPositive(ehlo) || ehlo.code < 500) return welcome(ehlo)
    const helo = await ask(wire, `HELO ${name}`)
    welcome(helo)
    return new Map()
  }

  /** The answer to XCLIENT is a new greeting: the session begins again, as if our client had connected there. */
  async #introduce(wire: SmtpWire, offers: Offers): Promise<Offers> {
    const command = xclientCommand(this.#job, offers)
    if (command === undefined) return offers
    const greeting = await ask(wire, command)
    if (!isPositive(greeting)) throw new HostFault(said('refused XCLIENT', greeting), '4.4.1')
    const name = this.#job.client.hello?.name
    return this.#greet(wire, name !== undefined && HELLO.test(name) ? name : undefined)
  }
}

/** Of a client's greeting, what can be said again. */
const HELLO = /^[!-~]{1,255}$/

function welcome(reply: Reply): Offers {
  if (!isPositive(reply)) throw new HostFault(said('refused our greeting', reply), '4.4.1')
  return offersOf(reply)
}

function noTls(reply: Reply | undefined): string {
  return reply === undefined ? 'The next server does not offer TLS' : said('refused TLS', reply)
}
