/**
 * One POST by HTTP/1.1 (RFC 9112), with or without TLS, over a connection of its own.
 *
 * Redirects are not followed: the message goes where the site said, or nowhere. Of the answer the status and the first line
 * are read, and no more than a bound.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { printable } from '../../core/mail/printable.ts'
import { errorCode } from '../../core/reason.ts'
import { pour } from '../pour.ts'

export interface Post {
  readonly url: URL
  /** Values are written octet for octet (latin1). A name may come more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** PEM, instead of the system's authorities. */
  readonly ca: Buffer | undefined
  readonly length: number
  readonly body: AsyncIterable<Buffer>
}

export interface PostAnswer {
  readonly status: number
  /** The first line of an answer in plain text, printable ASCII and short. */
  readonly line: string
}

/** The server was not there, not in time, or not speaking HTTP. */
export class PostFault extends Error {
  override readonly name = 'PostFault'
}

const TOO_EARLY = 'The next server failed: it answered before it had the message'
const ANSWER_LENGTH = 8192
const LINE_LENGTH = 400

/** Rejects with a PostFault, or with the body's own error: the server then has an incomplete request, and no message. */
export async function post({ url, headers, ca, length, body }: Post, signal: AbortSignal): Promise<PostAnswer> {
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    agent: false,
    ...(ca !== undefined && { ca }),
  })
  for (const [name, value] of headers) request.appendHeader(name, value)
  request.setHeader('Content-Length', length)
  const expire = (): unknown => request.destroy(new PostFault('The next server failed: it did not answer in time'))
  signal.addEventListener('abort', expire)
  try {
    const answer = answerTo(request)
    await Promise.race([pour(body, request), answer])
    return await answer
  } finally {
    signal.removeEventListener('abort', expire)
    request.destroy()
  }
}

function answerTo(request: ClientRequest): Promise<PostAnswer> {
  const answer = new Promise<PostAnswer>((resolve, reject) => {
    request.once('error', (error) => reject(faultOf(error)))
    request.once('close', () => reject(new PostFault('The next server failed: it closed the connection')))
    request.once('response', (response) => {
      // Nobody has taken a message of which a part is still here.
      if (isGood(response) && !request.writableFinished) reject(new PostFault(TOO_EARLY))
      else readAnswer(response).then(resolve, (error: Error) => reject(faultOf(error)))
    })
  })
  // It is asked for only when the body has been sent.
  answer.catch(() => undefined)
  return answer
}

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300
}

async function readAnswer(response: IncomingMessage): Promise<PostAnswer> {
  let text = ''
  for await (const chunk of response) {
    text += (chunk as Buffer).toString('latin1')
    if (text.length > ANSWER_LENGTH) break
  }
  const isPlain = /^text\/plain\b/i.test(response.headers['content-type'] ?? '')
  const [line = ''] = isPlain ? text.slice(0, ANSWER_LENGTH).trimStart().split(/\r?\n/, 1) : []
  return {
    status: response.statusCode ?? 0,
    line: printable(line).slice(0, LINE_LENGTH).trim(),
  }
}

/** Node's and OpenSSL's codes only: what the server said is not repeated. */
function faultOf(error: Error): PostFault {
  if (error instanceof PostFault) return error
  const code = errorCode(error) ?? ''
  return new PostFault(`The next server failed: ${/^[A-Z0-9_]{1,60}$/.test(code) ? code : 'the connection failed'}`)
}
