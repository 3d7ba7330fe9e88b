/** What a web service may answer, and who is never asked in its place. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { HttpQuestion, QuestionAnswer } from '../../../src/core/question.ts'
import { questionFault } from '../../../src/ports/questions/open-question.ts'
import { smtpConnection } from '../../support/smtp-rig.ts'
import { atEnd } from '../../support/ends.ts'
import { tlsFile } from '../../support/real/servers.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { listenOnLoopback } from '../sources/loopback.ts'
import { asking, httpQuestion, said } from './questions.ts'

const run = promisify(execFile)
const directory = temporaryDirectory({ after: atEnd })

async function portOf(listener: RequestListener): Promise<number> {
  return listenOnLoopback(createServer(listener))
}

/** Asks once whoever answers like this. */
async function answerOf(listener: RequestListener, over: Partial<HttpQuestion> = {}): Promise<QuestionAnswer> {
  const one = asking(httpQuestion(`http://127.0.0.1:${await portOf(listener)}/check?ip=\${remote_ip}`, over))
  const answer = await one.ask('192.0.2.7')
  await one.close()
  return answer
}

const withStatus =
  (status: number, body = ''): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { Location: '/elsewhere' }).end(body)

describe('the status of an answer', () => {
  const CASES = { 200: 'found', 201: 'found', 299: 'found', 204: 'none', 404: 'none', 410: 'none' }
  for (const [status, kind] of Object.entries(CASES))
    it(`${status} is ${kind}`, async () => assert.equal((await answerOf(withStatus(Number(status)))).kind, kind))
  for (const status of [300, 301, 302, 307, 308, 304, 400, 401, 403, 429, 500, 502, 503])
    it(`${status} tells nothing, and nobody else is asked`, async () => {
      let asked = 0
      const answer = await answerOf((request, response) => {
        asked += 1
        withStatus(status)(request, response)
      })
      assert.deepEqual(answer, { kind: 'failed', because: `it answers ${status}` })
      assert.equal(asked, 1)
    })
})

describe('the JSON of an answer', () => {
  const PATHS = [
    'action',
    'score',
    'ok',
    'deep.list.1.name',
    'tags',
    'nothing',
    'object',
    '__proto__',
    'constructor.name',
  ]
  const readFrom = async (body: string): Promise<unknown> =>
    said(await answerOf(withStatus(200, body), { paths: PATHS }))
  it('is read at the names that are wanted', async () => {
    const body = { action: 're\r\nject', score: 7.5, ok: false, tags: ['a', 1], nothing: null, object: {}, other: 'x' }
    const json = JSON.stringify({ ...body, deep: { list: [{}, { name: 'x' }] } })
    assert.deepEqual(await readFrom(json), {
      status: '200',
      action: 're ject',
      score: '7.5',
      ok: 'false',
      'deep.list.1.name': 'x',
      tags: 'a, 1',
    })
  })
  for (const body of ['[]', '3', 'null', '"text"', '{}'])
    it(`${body} has none of them`, async () => assert.deepEqual(await readFrom(body), { status: '200' }))
  for (const body of ['', '{', 'yes', '<html>', '{"action": "reject"} x', '\0'])
    it(`is unknown when it is none: ${JSON.stringify(body)}`, async () => assert.equal(await readFrom(body), 'failed'))
  it('is unknown when it is larger than it may be, however it comes', async () => {
    const endless: RequestListener = (_, response) => {
      response.writeHead(200)
      const more = (): void => void (response.destroyed || response.write('x'.repeat(1000), more))
      more()
    }
    assert.equal(said(await answerOf(endless, { most: 5000 })), 'failed')
    assert.equal(said(await answerOf(withStatus(200, 'x'.repeat(5001)), { most: 5000 })), 'failed')
  })
  it('deep as it may be, costs no stack', async () =>
    assert.deepEqual(await readFrom(`${'['.repeat(20_000)}${']'.repeat(20_000)}`), { status: '200' }))
})

describe('what is sent', () => {
  it('goes out as JSON, with the token', async () => {
    const seen = Promise.withResolvers<readonly unknown[]>()
    const port = await portOf((request, response) => {
      void text(request).then((body) => {
        const { authorization, 'content-type': type } = request.headers
        seen.resolve([request.method, request.url, authorization, type, body])
        response.end()
      })
    })
    const url = `http://127.0.0.1:${port}/a/\${helo}?x=\${sender}`
    const { pool, question } = asking(httpQuestion(url, { method: 'POST', password: 'env:DB_PASSWORD' }))
    const asked = { values: ['a/b c', 'ö&x=1#'], body: '{"a":1}' }
    assert.equal((await pool.ask(question, asked, smtpConnection())).kind, 'found')
    const target = '/a/a%2Fb%20c?x=%C3%B6%26x%3D1%23'
    assert.deepEqual(await seen.promise, ['POST', target, 'Bearer sesame', 'application/json', '{"a":1}'])
    await pool.close()
  })

  it('goes to the server itself, whatever proxy the environment names', async () => {
    const [port, proxy] = [await portOf(withStatus(404)), await portOf(withStatus(200))]
    const program = `
      import { asking, httpQuestion } from '${new URL('questions.ts', import.meta.url).pathname}'
      const one = asking(httpQuestion('http://127.0.0.1:${port}/'))
      console.log((await one.ask()).kind)
      await one.close()`
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${proxy}`, NO_PROXY: '' }
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env })
    assert.equal(stdout, 'none\n')
  })

  it('goes over one connection, one question after the other', async () => {
    let connections = 0
    const server = createServer(withStatus(200)).on('connection', () => (connections += 1))
    const one = asking(httpQuestion(`http://127.0.0.1:${await listenOnLoopback(server)}/\${x}`))
    for (const value of ['a', 'b', 'c']) assert.equal((await one.ask(value)).kind, 'found')
    assert.equal(connections, 1)
    await one.close()
  })
})

describe('a certificate', () => {
  const start = async (): Promise<number> =>
    listenOnLoopback(
      createSecure(
        { key: readFileSync(tlsFile('server.key')), cert: readFileSync(tlsFile('server.pem')) },
        withStatus(200),
      ),
    )
  const ask = async (caFile: string | undefined): Promise<QuestionAnswer> => {
    const one = asking(httpQuestion(`https://localhost:${await start()}/`, { caFile }))
    const answer = await one.ask()
    await one.close()
    return answer
  }
  it('is good when who signed it is known', async () => assert.equal((await ask(tlsFile('ca.pem'))).kind, 'found'))
  it('is needed', async () => assert.match(JSON.stringify(await ask(undefined)), /failed.*certificate/))
})

describe('a signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = join(directory, 'key.pub')
  writeFileSync(key, publicKey.export({ type: 'spki', format: 'pem' }))
  /** As somebody signs who thinks that the question was another. */
  const signing =
    (status: number, change: (text: string) => string = (text) => text): RequestListener =>
    (request, response) => {
      const text = `GET http://${request.headers.host}${request.url}\n${status}\n\n{"action":"reject"}`
      const signature = sign(null, Buffer.from(change(text)), privateKey).toString('base64')
      response.writeHead(status, { 'Postern-Signature': signature }).end('{"action":"reject"}')
    }
  const ask = (listener: RequestListener): Promise<QuestionAnswer> =>
    answerOf(listener, { publicKey: key, paths: ['action'] })
  it('makes an answer count', async () =>
    assert.deepEqual(said(await ask(signing(200))), { status: '200', action: 'reject' }))
  it('is needed for an answer that there is nothing too', async () => {
    assert.equal((await ask(signing(404))).kind, 'none')
    assert.deepEqual(await ask(withStatus(404)), { kind: 'failed', because: 'its signature is wrong' })
  })
  for (const [name, listener] of Object.entries<RequestListener>({
    none: withStatus(200, '{"action":"reject"}'),
    'of another question': signing(200, (text) => text.replace('192.0.2.7', '192.0.2.8')),
    'of another status': signing(200, (text) => text.replace('\n200\n', '\n404\n')),
    'of another answer': signing(200, (text) => text.replace('reject', 'accept')),
  }))
    it(`does not count: ${name}`, async () =>
      assert.deepEqual(await ask(listener), { kind: 'failed', because: 'its signature is wrong' }))
})

describe('plain http', () => {
  const faultOf = (url: string, over: Partial<HttpQuestion> = {}): string | undefined =>
    questionFault(asking(httpQuestion(url, over)).question)
  it('is for this machine, or with signatures', () => {
    assert.match(faultOf('http://policy.example/x') ?? '', /https/)
    assert.equal(faultOf('http://policy.example/x', { publicKey: 'key' }), undefined)
    assert.equal(faultOf('http://127.0.0.1/x'), undefined)
    assert.equal(faultOf('https://policy.example/x'), undefined)
  })
})
