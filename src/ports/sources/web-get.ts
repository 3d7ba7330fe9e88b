/**
 * One request by HTTP/1.1 (RFC 9110), to the server itself and through no proxy. Redirects are not followed, and of the answer
 * no more than a bound is read.
 */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { reasonOf } from '../../core/reason.ts'

export interface WebGet {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** PEM, instead of the system's authorities. */
  readonly ca: Buffer | undefined
  /** Octets of the body. */
  readonly most: number
  /** With what is posted, which may be nothing; GET without it. */
  readonly post?: string
}

export interface WebAnswer {
  readonly status: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  /** Base64, of answers to single questions. */
  readonly signature: string | undefined
  readonly body: Buffer
}

/** Connections that are kept for the next question. */
export class WebClient {
  readonly #agent: HttpAgent

  constructor(url: URL) {
    const options = { keepAlive: true, maxSockets: 20, maxFreeSockets: 2 }
    this.#agent = url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
  }

  /** Rejects with a short sentence when there is no whole answer. */
  async get(request: WebGet, signal: AbortSignal): Promise<WebAnswer> {
    const answer = await this.#answer(request, signal)
    const body = await bodyOf(answer, request.most)
    const { etag, 'last-modified': lastModified, 'postern-signature': signed } = answer.headers
    const signature = typeof signed === 'string' ? signed : undefined
    return { status: answer.statusCode ?? 0, etag, lastModified, signature, body }
  }

  close(): void {
    this.#agent.destroy()
  }

  #answer({ url, headers, ca, post }: WebGet, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const method = post === undefined ? 'GET' : 'POST'
      const options = { method, headers, signal, agent: this.#agent, ...(ca && { ca }) }
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve)
      request.once('error', (error) => reject(new Error(`the web server failed: ${error.message}`, { cause: error })))
      request.end(post)
    })
  }
}

async function bodyOf(answer: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let octets = 0
  try {
    for await (const piece of answer) {
      if (!Buffer.isBuffer(piece)) continue
      octets += piece.length
      if (octets > most) throw new Error(`it is larger than ${most} octets`)
      pieces.push(piece)
    }
  } catch (fault) {
    throw new Error(`the web server failed: ${reasonOf(fault)}`, { cause: fault })
  }
  return Buffer.concat(pieces)
}
