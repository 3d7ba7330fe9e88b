/** Keys that would lead a web server to another page than the one for them. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { sourceAt } from './world.ts'

const asked: string[] = []
let server: Server
let port = 0

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('found\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
after(() => server.close())

const STEPS = ['.', '..', '../block/a@b.example', 'a/../../admin@b.example', 'a\\..\\b', '/..', 'x/.', './x']
const PLAIN = [
  'a..b@c.example',
  '...',
  '.a@b.example',
  'a/b@c.example',
  '%2e%2e/x',
  'a?b#c',
  'a\0b',
  'http://e.example/',
]

describe('a page for each key', () => {
  for (const key of STEPS)
    it(`is not asked for ${JSON.stringify(key)}, which goes up where a server decodes first`, async () => {
      asked.length = 0
      const source = sourceAt(`http://127.0.0.1:${port}/allow/{key}`, {}, 'string')
      assert.equal((await source.lookup(key)).kind, 'failed')
      assert.deepEqual(asked, [])
      await source.close()
    })

  for (const key of PLAIN)
    it(`is below its directory for ${JSON.stringify(key)}`, async () => {
      asked.length = 0
      const source = sourceAt(`http://127.0.0.1:${port}/allow/{key}`, {}, 'string')
      assert.equal((await source.lookup(key)).kind, 'found')
      assert.deepEqual(asked, [`/allow/${encodeURIComponent(key)}`])
      await source.close()
    })

  it('takes steps for text behind a question mark', async () => {
    asked.length = 0
    const source = sourceAt(`http://127.0.0.1:${port}/allow?of={key}`, {}, 'string')
    assert.equal((await source.lookup('../x')).kind, 'found')
    assert.deepEqual(asked, ['/allow?of=..%2Fx'])
    await source.close()
  })
})
