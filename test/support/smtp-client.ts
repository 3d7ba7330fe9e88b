/** A client on loopback that reads and writes octets, and knows nothing of SMTP. */
import { connect, type Socket } from 'node:net'

export interface SmtpClient {
  readonly socket: Socket
  say(octets: string): void
  /**
   * Resolves once what was heard since the last call ends with this; answers with all of it. Rejects when the server
   * hangs up first.
   */
  hear(ending: string): Promise<string>
  /** The same once it holds a reply to its last line. */
  hearReply(): Promise<string>
  /** Resolves when the server has hung up, with what was heard since the last call. */
  rest(): Promise<string>
}

export function smtpClient(port: number, host = '127.0.0.1'): SmtpClient {
  return clientOver(connect(port, host))
}

/** On a socket that somebody else has made. */
export function clientOver(socket: Socket): SmtpClient {
  let heard = ''
  let over = false
  let check = (): void => undefined
  socket.on('data', (octets: Buffer) => {
    heard += octets.toString('latin1')
    check()
  })
  // A reset is an end like any other here.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    over = true
    check()
  })
  const take = (): string => {
    const all = heard
    heard = ''
    return all
  }
  const until = (holds: () => boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      check = () => {
        if (holds()) resolve(take())
        else if (over) reject(new Error(`hung up after ${JSON.stringify(heard)}`))
      }
      check()
    })
  return {
    socket,
    say: (octets) => void socket.write(octets, 'latin1'),
    hear: (ending) => until(() => heard.endsWith(ending)),
    hearReply: () => until(() => /^\d{3} .*\r\n$/m.test(heard)),
    rest: () => until(() => over),
  }
}

/** Milliseconds until a fresh client is greeted; for ever, when it is not. */
export async function greetingTime(port: number): Promise<number> {
  const began = performance.now()
  const client = smtpClient(port)
  const heard = await client.hear('ready\r\n').catch(() => '')
  client.socket.destroy()
  return heard === '' ? Number.POSITIVE_INFINITY : performance.now() - began
}
