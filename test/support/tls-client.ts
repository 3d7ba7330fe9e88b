/** Clients that speak TLS, from the start or after STARTTLS. */
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { clientOver, type SmtpClient } from './smtp-client.ts'

export interface TlsClient extends SmtpClient {
  readonly socket: TLSSocket
}

/** `ca` is what it trusts; without it, everything. */
export function tlsClient(port: number, options: ConnectionOptions = {}): TlsClient {
  return over(connect({ port, host: '127.0.0.1', ...trusting(options) }))
}

/** The server has said 220 to STARTTLS. */
export function encrypted({ socket }: SmtpClient, options: ConnectionOptions = {}): TlsClient {
  socket.removeAllListeners('data').removeAllListeners('close')
  return over(connect({ socket, ...trusting(options) }))
}

export async function startTls(client: SmtpClient, options: ConnectionOptions = {}): Promise<TlsClient> {
  client.say('STARTTLS\r\n')
  await client.hear('220 2.0.0 Ready to start TLS\r\n')
  return encrypted(client, options)
}

function trusting(options: ConnectionOptions): ConnectionOptions {
  return { rejectUnauthorized: options.ca !== undefined, checkServerIdentity: () => undefined, ...options }
}

function over(socket: TLSSocket): TlsClient {
  return { ...clientOver(socket), socket }
}
