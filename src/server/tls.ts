/**
 * TLS on sockets that are connected already: handshakes, the certificate for the name a client asks for, and what came out.
 *
 * One `tls.Server` that never listens does the work, since only that checks client certificates and keeps tickets; it
 * is handed sockets as Node documents it ('connection' event). Whatever goes wrong ends in `close` of the plain socket.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { constants } from 'node:crypto'
import type { Socket } from 'node:net'
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type TlsOptions,
  type TLSSocket,
  type Server,
} from 'node:tls'
import { canonicalDomain, parentDomains } from '../core/mail/domain.ts'
import type { Log } from '../core/ports.ts'
import type { TlsCertificate, TlsSettings } from '../core/net/tls.ts'

/** Handshakes are timed by whoever asks for them. */
const NO_TIMEOUT = 2 ** 31 - 1

type Established = (socket: TLSSocket) => void

export class TlsGate {
  readonly #server: Server
  /** Events of a socket come in the context in which its handshake began: that tells whose it is. */
  readonly #asked = new AsyncLocalStorage<Established>()

  /** Throws when OpenSSL does not like the settings; `tlsFault` says so beforehand. */
  constructor(settings: TlsSettings, log: Log) {
    this.#server = createServer({
      ...contextOptions(settings, settings.certificates[0]),
      SNICallback: chooser(settings),
      requestCert: settings.clientCertificates !== 'none',
      rejectUnauthorized: settings.clientCertificates === 'require',
      handshakeTimeout: NO_TIMEOUT,
    })
    this.#server.on('secureConnection', (socket) => {
      socket.on('error', (fault) => log.write('debug', { because: fault.message }, 'socket error'))
      const established = this.#asked.getStore()
      if (established) this.#asked.exit(() => established(socket))
      else socket.destroy()
    })
    this.#server.on('tlsClientError', (fault, socket) => {
      log.write('info', { remote_ip: socket.remoteAddress, because: fault.message }, 'the TLS handshake failed')
      socket.destroy()
    })
  }

  /** Begins a handshake on a socket nobody reads from any more. Calls back when it is over and has succeeded. */
  secure(socket: Socket, established: Established): void {
    this.#asked.run(established, () => this.#server.emit('connection', socket))
  }
}

/** OpenSSL's objection to the settings as a whole: unknown ciphers, keys that are too short. */
export function tlsFault(settings: TlsSettings): string | undefined {
  try {
    for (const certificate of settings.certificates) createSecureContext(contextOptions(settings, certificate))
    return undefined
  } catch (fault) {
    // `error:0A0000B9:SSL routines::no cipher match`: the number is for developers.
    return fault instanceof Error ? fault.message.replace(/^error:[^:]*:[^:]*:[^:]*:/, '') : String(fault)
  }
}

function contextOptions(settings: TlsSettings, { chain, key }: TlsCertificate): TlsOptions {
  const { minVersion, ciphers, ca } = settings
  return {
    cert: chain,
    key,
    minVersion,
    dhparam: 'auto',
    honorCipherOrder: true,
    // A client that renegotiates costs much and gains nothing.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionIdContext: 'postern',
    ...(ciphers !== undefined && { ciphers }),
    ...(ca !== undefined && { ca }),
  }
}

type Choose = NonNullable<TlsOptions['SNICallback']>

/** The first certificate that has the name, else the first that has it with `*` for its first label, else the default. */
function chooser(settings: TlsSettings): Choose {
  const contexts = new Map<string, SecureContext>()
  for (const certificate of settings.certificates.toReversed()) {
    const context = createSecureContext(contextOptions(settings, certificate))
    for (const name of certificate.names) contexts.set(name, context)
  }
  return (asked, choose) => {
    const name = canonicalDomain(asked) ?? ''
    const [parent = ''] = parentDomains(name)
    choose(null, contexts.get(name) ?? contexts.get(`*.${parent}`))
  }
}
