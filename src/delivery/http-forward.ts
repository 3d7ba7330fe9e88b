/**
 * http_forward: a web service takes the message before the client hears that it was taken.
 *
 * qpsmtpd http-forward, which sends a form. Here the message is the body of a POST (message/rfc822, octet for octet), and the
 * envelope stands in header fields: `Envelope-From`, `Envelope-To` (one field each recipient, in brackets, UTF-8), `Postern-Id`,
 * `Client-Address`. 2xx is delivered. What tells of the message (400, 413, 422, …) is refused; what tells of us or of the
 * moment (401, 403, 404, 429, …), 5xx, redirects and silence are deferred, so that no wrong URL sends mail back.
 */
import { readFile } from 'node:fs/promises'
import type { DeliveryJob, DeliveryOutcome } from '../core/delivery.ts'
import { addressText, formatAddress } from '../core/mail/address.ts'
import { defineDelivery } from '../core/word.ts'
import { post, type Post, type PostAnswer, PostFault } from './http/post.ts'
import { BARE_LINE_END, BareLineEnd, strictLines } from './line-ends.ts'
import { checkTimeout, TIMEOUT } from './options.ts'
import { unkept } from './promises.ts'
import { withTimeLimit } from './time-limit.ts'

export const httpForward = defineDelivery({
  name: 'http_forward',
  summary: 'Posts the message to a web service',
  reference: 'RFC 9110; qpsmtpd plugin http-forward',
  options: {
    type: 'object',
    properties: {
      url: { type: 'string', minLength: 1, description: 'Where to post: `https://mail.example.org/incoming`' },
      token_file: { type: 'string', 'x-path': true, description: 'File whose first line is sent as a bearer token' },
      token_in_clear: { type: 'boolean', default: false, description: 'Whether the token may leave without TLS' },
      ca_file: {
        type: 'string',
        'x-path': true,
        description: "Authorities that the certificate is checked with (PEM), for the system's",
      },
      timeout: TIMEOUT,
    },
    required: ['url'],
    additionalProperties: false,
  },
  compile(options) {
    const url = urlOf(options.url)
    checkTimeout(options.timeout)
    if (options.token_file !== undefined && url.protocol === 'http:' && !options.token_in_clear)
      throw new Error('a token leaves without TLS only with `token_in_clear: true`')
    const service = { url, tokenFile: options.token_file, caFile: options.ca_file, timeout: options.timeout }
    return { name: `http_forward:${url.origin}${url.pathname}`, deliver: (job) => deliver(job, service) }
  },
})

interface Service {
  readonly url: URL
  readonly tokenFile: string | undefined
  readonly caFile: string | undefined
  /** Milliseconds. */
  readonly timeout: number
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new Error(`\`${text}\` is no http: or https: address`)
  if (url.username !== '' || url.password !== '') throw new Error('no password in the address: use `token_file`')
  return url
}

async function deliver(job: DeliveryJob, service: Service): Promise<DeliveryOutcome> {
  const broken = unkept(job, { keepsTls: false })
  if (broken !== undefined) return broken
  const headers = envelopeOf(job)
  if (sizeOf(headers) > MOST_HEADERS)
    return { kind: 'refused', text: 'Too many recipients for the next server', status: '5.5.3' }
  try {
    const answer = await withTimeLimit(job.ports.clock, service.timeout, async (signal) =>
      post(await requestOf(job, service, headers), signal),
    )
    return outcomeOf(answer)
  } catch (fault) {
    if (fault instanceof BareLineEnd) return BARE_LINE_END
    if (fault instanceof PostFault) return { kind: 'deferred', text: fault.message, status: '4.4.2' }
    throw fault
  }
}

type Headers = readonly (readonly [name: string, value: string])[]

/** Servers take some 8 KiB of header fields for sure. */
const MOST_HEADERS = 7000

function envelopeOf({ id, sender, recipients, client }: DeliveryJob): Headers {
  return [
    ['Content-Type', 'message/rfc822'],
    ['Postern-Id', id],
    ['Client-Address', client.ip],
    ['Envelope-From', octetsOf(formatAddress(sender))],
    ...recipients.map(({ address }) => ['Envelope-To', octetsOf(`<${addressText(address)}>`)] as const),
  ]
}

/** Node writes a header field octet for octet (latin1): these are the octets of UTF-8. */
function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

function sizeOf(headers: Headers): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length, 0)
}

async function requestOf(job: DeliveryJob, service: Service, headers: Headers): Promise<Post> {
  const token = service.tokenFile === undefined ? undefined : await firstLine(service.tokenFile)
  return {
    url: service.url,
    headers: token === undefined ? headers : [...headers, ['Authorization', `Bearer ${token}`]],
    ca: service.caFile === undefined ? undefined : await contentOf(service.caFile),
    length: job.message.size,
    body: strictLines(job.message.read()),
  }
}

async function contentOf(file: string): Promise<Buffer> {
  return readFile(file).catch(() => {
    throw new PostFault('A file for the next server cannot be read')
  })
}

async function firstLine(file: string): Promise<string> {
  const [token = ''] = (await contentOf(file)).toString('latin1').split(/\r?\n/, 1)
  if (!/^[!-~]+$/.test(token)) throw new PostFault('Our token for the next server is none')
  return token
}

/** Client errors that tell of the URL, of our credentials, or of the moment, and nothing of the message. */
const NOT_THE_MESSAGE: ReadonlySet<number> = new Set([401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 426, 429, 431])

function outcomeOf({ status, line }: PostAnswer): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', text: line === '' ? 'queued' : line }
  const text = `The next server answered ${status} ${line}`.trimEnd()
  const isRefused = status >= 400 && status < 500 && !NOT_THE_MESSAGE.has(status)
  return isRefused ? { kind: 'refused', text, status: '5.0.0' } : { kind: 'deferred', text, status: '4.3.0' }
}
