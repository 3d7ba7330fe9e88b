/** Lists on web servers: fetched, renewed, kept, signed, too old, too big. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { before, beforeEach, describe, it } from 'node:test'
import type { ListKind } from '../../../src/core/list.ts'
import type { KeyedSource } from '../../../src/core/ports.ts'
import { readSource } from '../../../src/core/source.ts'
import { openSource, sourceFault } from '../../../src/ports/sources/open-source.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { listenOnLoopback } from './loopback.ts'
import { type TestWorld, testWorld } from './world.ts'

const directory = temporaryDirectory()
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
writeFileSync(join(directory, 'lists.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
writeFileSync(
  join(directory, 'raw.pub'),
  publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
)
writeFileSync(
  join(directory, 'other.pub'),
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
)

/** What the server has, and what it was asked with. */
let page = { status: 200, body: Buffer.from(''), etag: '"1"', signature: Buffer.from('') as Buffer | string }
const asked: IncomingHttpHeaders[] = []
let port = 0
before(async () => {
  const server = createServer((request, response) => {
    if (request.url?.endsWith('.sig')) response.end(page.signature)
    else {
      asked.push(request.headers)
      const isKnown = page.status === 200 && request.headers['if-none-match'] === page.etag
      response.writeHead(isKnown ? 304 : page.status, { ETag: page.etag, Location: '/elsewhere' })
      response.end(isKnown ? undefined : page.body)
    }
  })
  port = await listenOnLoopback(server)
})
beforeEach(() => {
  asked.length = 0
  serve('192.0.2.0/24 a network\n198.51.100.7\n')
})

function serve(text: string, etag = `"${text.length}"`): void {
  page = { status: 200, body: Buffer.from(text), etag, signature: '' }
}

interface Rig {
  readonly source: KeyedSource
  readonly clock: FakeClock
  readonly world: TestWorld
}

function rig(parameters = '', kind: ListKind = 'ip', clock = fakeClock()): Rig {
  const world = testWorld({ clock })
  const url = `http://127.0.0.1:${port}/drop.txt#${parameters}`
  return { source: openSource(readSource({ url, kind, directory }), world), clock, world }
}

/** Moves the clock, and waits until the server was asked so often. */
async function until(count: number): Promise<void> {
  while (asked.length < count) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

const found = (value = ''): unknown => ({ kind: 'found', values: [value] })
const [NONE, HOUR] = [{ kind: 'none' }, 3_600_000]

describe('a list on a web server', () => {
  it('is asked as a file is: networks, reasons', async () => {
    const { source } = rig()
    assert.deepEqual(await source.lookup('192.0.2.7'), found('a network'))
    assert.deepEqual(await source.lookup('198.51.100.7'), found())
    assert.deepEqual(await source.lookup('198.51.100.8'), NONE)
    await source.close()
  })
  it('may hold patterns', async () => {
    serve('^bounce[-+.]\n')
    const { source } = rig('', 'pattern')
    assert.deepEqual(await source.lookup('bounce-17@example.org'), found())
    assert.deepEqual(await source.lookup('ann@example.org'), NONE)
    await source.close()
  })
  it('is renewed after a while, and only when it has changed', async () => {
    const { source, clock } = rig('refresh=1h')
    await source.lookup('192.0.2.7')
    clock.advance(HOUR)
    await until(2)
    assert.equal(asked[1]?.['if-none-match'], page.etag)
    assert.deepEqual(await source.lookup('192.0.2.7'), found('a network'))
    serve('203.0.113.5\n')
    clock.advance(HOUR)
    await until(3)
    assert.deepEqual(await source.lookup('192.0.2.7'), NONE)
    assert.deepEqual(await source.lookup('203.0.113.5'), found())
    await source.close()
  })
  for (const [what, harm] of [
    ['an error', () => (page = { ...page, status: 503 })],
    ['a redirect', () => (page = { ...page, status: 302 })],
    ['what is no text', () => (page = { ...page, etag: '"x"', body: Buffer.from([0xff, 0xfe, 0]) })],
    ['more than it may', () => serve('192.0.2.1\n'.repeat(1000), '"big"')],
  ] as const)
    it(`goes on while the server answers with ${what}, until it is too old`, async () => {
      const { source, clock, world } = rig('refresh=1h&max_age=3h&size=1KiB')
      await source.lookup('192.0.2.7')
      harm()
      clock.advance(HOUR)
      await until(2)
      assert.deepEqual(await source.lookup('192.0.2.7'), found('a network'))
      assert.deepEqual(
        world.said.map(({ text }) => text),
        ['a list outside cannot be fetched; the last one goes on'],
      )
      clock.advance(2 * HOUR + 1)
      const answer = await source.lookup('192.0.2.7')
      assert.ok(
        answer.kind === 'failed' && answer.because.startsWith('the list is older than 3h: '),
        JSON.stringify(answer),
      )
      await source.close()
    })
  it('is there from the first moment when there is a copy, also while the server is away', async () => {
    const copy = join(directory, 'copies/drop.list')
    const clock = fakeClock()
    const first = rig('copy=copies/drop.list', 'ip', clock)
    await first.source.lookup('192.0.2.7')
    while (!existsSync(copy)) await until(1)
    await first.source.close()
    page = { ...page, status: 503 }
    clock.advance(2 * HOUR)
    const second = rig('copy=copies/drop.list', 'ip', clock)
    assert.deepEqual(await second.source.lookup('192.0.2.7'), found('a network'))
    await until(2)
    assert.equal(asked[1]?.['if-none-match'], page.etag)
    await second.source.close()
    writeFileSync(copy, '{"octets":5,"checkedAt":1}\n192.0.2.0/24\n')
    const third = rig('copy=copies/drop.list', 'ip', clock)
    assert.equal((await third.source.lookup('192.0.2.7')).kind, 'failed')
    await third.source.close()
  })
  it('says how many entries cannot be read, and serves the others', async () => {
    serve('192.0.2.7\nnonsense\n192.0.2.999\n')
    const { source, world } = rig()
    assert.deepEqual(await source.lookup('192.0.2.7'), found())
    assert.deepEqual(
      world.said.map(({ text }) => text),
      ['2 entries of a list outside cannot be read'],
    )
    await source.close()
  })
})

describe('a list with a signature', () => {
  const signed = (text: string): Buffer => sign(null, Buffer.from(text), privateKey)
  for (const [what, key, form] of [
    ['a key in PEM and 64 octets', 'lists.pub', (octets: Buffer) => octets],
    ['a key in base64 and a signature in base64', 'raw.pub', (octets: Buffer) => `${octets.toString('base64')}\n`],
  ] as const)
    it(`counts with a good one: ${what}`, async () => {
      page = { ...page, signature: form(signed(page.body.toString())) }
      const { source } = rig(`public_key=${key}`)
      assert.deepEqual(await source.lookup('192.0.2.7'), found('a network'))
      await source.close()
    })
  for (const [what, key, signature] of [
    ['of another text', 'lists.pub', () => signed('other')],
    ['of somebody else', 'other.pub', () => signed(page.body.toString())],
    ['that is none', 'lists.pub', () => 'none'],
    ['that is empty', 'lists.pub', () => ''],
  ] as const)
    it(`does not count with one ${what}`, async () => {
      page = { ...page, signature: signature() }
      const { source } = rig(`public_key=${key}`)
      assert.deepEqual(await source.lookup('192.0.2.7'), { kind: 'failed', because: 'its signature is wrong' })
      await source.close()
    })
})

describe('the URL of a list on a web server', () => {
  for (const [url, because] of [
    ['http://lists.example/x', /plain `http:`/],
    ['http://lists.example/{key}', /plain `http:`/],
    ['https://{key}.lists.example/x', /behind the name of the server/],
    ['https://lists.example/{key}#refresh=1h', /loaded whole/],
    ['https://lists.example/x#signature=x.sig', /needs a `public_key`/],
    ['https://lists.example/x#refresh=soon', /is a duration/],
    ['https://lists.example/x#size=big', /is a size/],
    ['https://lists.example/x#colour=blue', /has no `colour`/],
  ] as const)
    it(url, () => assert.match(sourceFault(readSource({ url, kind: 'address', directory })) ?? '', because))
  it('by plain http is good with a signature', () => {
    const url = 'http://lists.example/x#public_key=lists.pub'
    assert.equal(sourceFault(readSource({ url, kind: 'ip', directory })), undefined)
  })
})
