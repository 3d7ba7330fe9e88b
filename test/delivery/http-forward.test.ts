import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../src/core/delivery.ts'
import { httpForward } from '../../src/delivery/http-forward.ts'
import { CONTENT, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { listen } from '../support/listen.ts'

interface Request {
  readonly line: string
  readonly headers: IncomingHttpHeaders
  readonly envelopeTo: readonly string[]
  readonly body: string
}

async function requestOf(request: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return {
    line: `${request.method} ${request.url}`,
    headers: request.headers,
    envelopeTo: request.headersDistinct['envelope-to'] ?? [],
    body: Buffer.concat(chunks).toString('latin1'),
  }
}

/** Notes each request when it is whole, and answers it. */
function answering(requests: Request[], answerWith: (response: ServerResponse) => void): RequestListener {
  return (request, response) => {
    const answered = requestOf(request).then((one) => {
      requests.push(one)
      answerWith(response)
    })
    answered.catch(() => response.destroy())
  }
}

/** A service that answers this, and what it was asked. */
async function service(
  status = 200,
  text = '',
  type = 'text/plain',
): Promise<{ readonly url: string; readonly requests: readonly Request[] }> {
  const requests: Request[] = []
  const listener = answering(requests, (response) =>
    response.writeHead(status, { 'content-type': type, location: 'http://127.0.0.1:1/' }).end(text),
  )
  return { url: `http://127.0.0.1:${await listen(createServer(listener))}/in?box=1`, requests }
}

function post(url: string, parts: JobParts = {}, options: object = {}): Promise<DeliveryOutcome> {
  return answer(deliveryTarget(httpForward, { url, ...options }), deliveryJob(parts))
}

describe('http_forward', () => {
  it('posts the message as it is, with the envelope beside it', async () => {
    const { url, requests } = await service(200, 'stored as 7\nmore')
    const content = `${CONTENT}.\r\n..\r\n`
    const to = ['"a, b"@example.org', 'jürgen@example.org']
    assert.deepEqual(await post(url, { from: '', to, content }), { kind: 'delivered', text: 'stored as 7' })
    const [request] = requests
    assert.equal(request?.line, 'POST /in?box=1')
    assert.equal(request.body, content)
    assert.equal(request.headers['content-type'], 'message/rfc822')
    assert.equal(request.headers['content-length'], String(content.length))
    assert.equal(request.headers['postern-id'], 'T1')
    assert.equal(request.headers['client-address'], '192.0.2.7')
    assert.equal(request.headers['envelope-from'], '<>')
    const decoded = request.envelopeTo.map((value) => Buffer.from(value, 'latin1').toString('utf8'))
    assert.deepEqual(decoded, ['<"a, b"@example.org>', '<jürgen@example.org>'])
  })

  it('passes on every octet of a large message', async () => {
    const { url, requests } = await service(204)
    const content = Buffer.from(`Subject: x\r\n\r\n${'.\r\n\xff\0 long line '.repeat(100_000)}\r\n`, 'latin1')
    assert.deepEqual(await post(url, { content }), { kind: 'delivered', text: 'queued' })
    assert.equal(requests[0]?.body, content.toString('latin1'))
  })

  const statuses: readonly (readonly [number, DeliveryOutcome['kind']])[] = [
    [201, 'delivered'],
    [202, 'delivered'],
    [301, 'deferred'],
    [307, 'deferred'],
    [400, 'refused'],
    [401, 'deferred'],
    [403, 'deferred'],
    [404, 'deferred'],
    [408, 'deferred'],
    [413, 'refused'],
    [415, 'refused'],
    [422, 'refused'],
    [429, 'deferred'],
    [500, 'deferred'],
    [503, 'deferred'],
  ]
  for (const [status, kind] of statuses)
    it(`answers ${kind} to ${status}, and asks nobody else`, async () => {
      const { url, requests } = await service(status, 'said')
      const said = await post(url)
      assert.equal(said.kind, kind)
      if (kind !== 'delivered') assert.equal(said.text, `The next server answered ${status} said`)
      assert.equal(requests.length, 1)
    })

  it('repeats only plain text, printable and short', async () => {
    const html = await service(422, '<h1>No</h1>', 'text/html')
    assert.equal((await post(html.url)).text, 'The next server answered 422')
    const evil = await service(422, `a\0b\x1b[1m\xff${'x'.repeat(100_000)}`)
    const { text } = await post(evil.url)
    assert.match(text, /^The next server answered 422 a\?b\?\[1m\?+x+$/)
    assert.ok(text.length < 500)
  })

  it('refuses more recipients than a header section takes', async () => {
    const { url, requests } = await service()
    const to = Array.from({ length: 500 }, (_, index) => `recipient-${index}@example.org`)
    assert.deepEqual(await post(url, { to }), {
      kind: 'refused',
      text: 'Too many recipients for the next server',
      status: '5.5.3',
    })
    assert.equal(requests.length, 0)
  })

  it('has options that make sense', () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ url: 'ftp://example.org/' }, /no http: or https: address/],
      [{ url: 'nonsense' }, /no http: or https: address/],
      [{ url: 'https://user:secret@example.org/' }, /use `token_file`/],
      [{ url: 'http://example.org/', token_file: '/token' }, /token_in_clear/],
      [{ url: 'https://example.org/', timeout: '0s' }, /longer than nothing/],
    ]
    for (const [options, message] of cases) assert.throws(() => deliveryTarget(httpForward, options), message)
    const { name } = deliveryTarget(httpForward, { url: 'https://example.org/in?key=secret' })
    assert.equal(name, 'http_forward:https://example.org/in')
  })
})

describe('http_forward with TLS and a token', () => {
  let directory = ''
  before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-http-'))))
  after(() => rm(directory, { recursive: true }))

  const tlsFile = (name: string): string => new URL(`../support/tls/${name}`, import.meta.url).pathname

  async function secureService(): Promise<{ readonly url: string; readonly requests: readonly Request[] }> {
    const requests: Request[] = []
    const options = { cert: readFileSync(tlsFile('server.pem')), key: readFileSync(tlsFile('server.key')) }
    const server = createSecureServer(
      options,
      answering(requests, (response) => response.end()),
    )
    server.on('tlsClientError', () => undefined)
    return { url: `https://localhost:${await listen(server)}/`, requests }
  }

  it('sends the token inside TLS', async () => {
    const { url, requests } = await secureService()
    const token = join(directory, 'token')
    await writeFile(token, 'sesame\nsecond line\n')
    const options = { ca_file: tlsFile('ca.pem'), token_file: token }
    assert.equal((await post(url, {}, options)).kind, 'delivered')
    assert.equal(requests[0]?.headers.authorization, 'Bearer sesame')
  })

  it('defers when the certificate is not good', async () => {
    const { url, requests } = await secureService()
    const text = 'The next server failed: UNABLE_TO_VERIFY_LEAF_SIGNATURE'
    assert.deepEqual(await post(url), { kind: 'deferred', text, status: '4.4.2' })
    assert.equal(requests.length, 0)
  })

  it('defers when there is no token', async () => {
    const token = join(directory, 'bad')
    await writeFile(token, 'a b\r\nX: y')
    for (const [file, text] of [
      [token, 'Our token for the next server is none'],
      ['/nowhere', 'A file for the next server cannot be read'],
    ] as const)
      assert.equal((await post('https://127.0.0.1:1/', {}, { token_file: file })).text, text)
  })
})
