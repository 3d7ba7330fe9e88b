/** The health page over HTTP on loopback. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { type Health, type HealthServer, startHealth } from '../../../src/server/life/health.ts'
import { sample } from '../../../src/server/life/metrics.ts'

const SERVING: Health = { state: 'serving', revision: 'r1', since: 0, sessions: 2, problems: [] }

async function page(test: TestContext, health: Health): Promise<HealthServer> {
  const server = await startHealth(
    { address: '127.0.0.1', port: 0 },
    { health: () => health, samples: () => [sample('postern_sessions', 2)] },
  )
  test.after(() => server.close())
  return server
}

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly text: string
}

function ask({ port }: HealthServer, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method }, (response) => {
      let text = ''
      response.on('data', (octets: Buffer) => (text += octets.toString()))
      response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the health page', () => {
  it('says that mail is served', async (test) => {
    const { status, text } = await ask(await page(test, SERVING), '/healthz')
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(text), {
      status: 'serving',
      revision: 'r1',
      since: '1970-01-01T00:00:00.000Z',
      sessions: 2,
      reload: 'ok',
      problems: [],
    })
  })

  for (const state of ['starting', 'stopping'] as const)
    it(`is 503 while the server is ${state}`, async (test) => {
      assert.equal((await ask(await page(test, { ...SERVING, state }), '/healthz')).status, 503)
    })

  it('stays 200 when a reload was refused, and says why', async (test) => {
    const problems = [{ code: 'CFG101', at: 'postern.yaml:3:1', message: 'unknown key `hostnam`' }]
    const { status, text } = await ask(await page(test, { ...SERVING, problems }), '/healthz?verbose')
    const { reload, problems: told } = JSON.parse(text) as { reload: string; problems: unknown }
    assert.deepEqual([status, reload, told], [200, 'refused', problems])
  })

  it('has the metrics', async (test) => {
    const { status, type, text } = await ask(await page(test, SERVING), '/metrics')
    assert.deepEqual([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
    assert.match(text, /^postern_sessions 2$/m)
  })

  it('has nothing else, and changes nothing', async (test) => {
    const server = await page(test, SERVING)
    assert.equal((await ask(server, '/')).status, 404)
    assert.equal((await ask(server, '/metrics', 'POST')).status, 405)
    assert.deepEqual(await ask(server, '/healthz', 'HEAD').then(({ status, text }) => [status, text]), [200, ''])
  })

  it('cannot have a port that is taken', async (test) => {
    const { port } = await page(test, SERVING)
    const options = { health: () => SERVING, samples: () => [] }
    await assert.rejects(startHealth({ address: '127.0.0.1', port }, options), /for the health page: .*EADDRINUSE/)
  })
})
