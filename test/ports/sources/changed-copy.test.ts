/** The copy of a signed list, after somebody else has written to it: it counts no more than a page without a signature. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { before, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { KeyedSource } from '../../../src/core/ports.ts'
import { readSource } from '../../../src/core/source.ts'
import { openSource } from '../../../src/ports/sources/open-source.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { listenOnLoopback } from './loopback.ts'
import { testWorld } from './world.ts'

const directory = temporaryDirectory()
const copy = join(directory, 'drop.copy')
const LIST = '192.0.2.0/24\n'
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
writeFileSync(join(directory, 'lists.pub'), publicKey.export({ type: 'spki', format: 'pem' }))

let isAway = false
let port = 0
before(async () => {
  const server = createServer((request, response) => {
    response.writeHead(isAway ? 503 : 200)
    response.end(request.url?.endsWith('.sig') ? sign(null, Buffer.from(LIST), privateKey) : LIST)
  })
  port = await listenOnLoopback(server)
})

function open(): KeyedSource {
  const url = `http://127.0.0.1:${port}/drop.txt#public_key=lists.pub&copy=drop.copy`
  return openSource(readSource({ url, kind: 'ip', directory }), testWorld({ clock: fakeClock() }))
}

async function kindsOf(...ips: readonly string[]): Promise<readonly string[]> {
  const source = open()
  const answers = await Promise.all(ips.map((ip) => source.lookup(ip)))
  await source.close()
  return answers.map(({ kind }) => kind)
}

it('a copy serves while the server is away, and a changed one does not', async () => {
  const first = open()
  await first.lookup('192.0.2.7')
  while (!existsSync(copy)) await setImmediate()
  await first.close()
  isAway = true
  assert.deepEqual(await kindsOf('192.0.2.7', '203.0.113.7'), ['found', 'none'])

  const [head = ''] = readFileSync(copy, 'utf8').split('\n')
  const body = '203.0.113.0/24\n'
  writeFileSync(copy, `${head.replace(/"octets":\d+/, `"octets":${body.length}`)}\n${body}`)
  assert.deepEqual(await kindsOf('192.0.2.7', '203.0.113.7'), ['failed', 'failed'])

  writeFileSync(copy, `${JSON.stringify({ checkedAt: fakeClock().now(), octets: body.length })}\n${body}`)
  assert.deepEqual(await kindsOf('203.0.113.7'), ['failed'])
})
