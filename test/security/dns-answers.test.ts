/** Name servers as enemies: answers that are cut, endless, in circles, about something else, or no answers at all. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import type { DnsAnswer, RecordType } from '../../src/core/ports.ts'
import { dnsResolver } from '../../src/ports/dns/dns-resolver.ts'
import { lookUpRemoteHost } from '../../src/smtp/remote-host.ts'

/** A whole answer to a whole question. */
type Answering = (question: Buffer) => Buffer

const close: (() => void)[] = []
afterEach(() => {
  for (const one of close.splice(0)) one()
})

/** Speaks UDP, and TCP on the same port when it is told what to say there. */
async function nameServer(udp: Answering, tcp?: Answering): Promise<string> {
  for (;;) {
    const socket = createSocket('udp4')
    socket.on('message', (question, { port, address }) => socket.send(udp(question), port, address))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    if (!tcp || (await listensToo(port, tcp))) {
      close.push(() => socket.close())
      return `127.0.0.1:${port}`
    }
    socket.close()
  }
}

/** False when somebody else has the port: what is free for UDP may be taken for TCP. */
async function listensToo(port: number, tcp: Answering): Promise<boolean> {
  const server = createServer((client) => answerOver(client, tcp)).listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  close.push(() => server.close())
  return true
}

/** Over TCP two octets say how long the message is (RFC 1035 section 4.2.2). */
function answerOver(client: Socket, tcp: Answering): void {
  let heard = Buffer.alloc(0)
  client.on('error', () => undefined)
  client.on('data', (octets: Buffer) => {
    heard = Buffer.concat([heard, octets])
    if (heard.length < 2 || heard.length < heard.readUInt16BE(0) + 2) return
    const answer = tcp(heard.subarray(2))
    const length = Buffer.alloc(2)
    length.writeUInt16BE(answer.length)
    client.end(Buffer.concat([length, answer]))
  })
}

const HEADER = 12
const TYPES = { A: 1, CNAME: 5, PTR: 12, MX: 15 } as const
const TRUNCATED = 0x0200

interface Resource {
  readonly name: Buffer
  readonly type: keyof typeof TYPES
  readonly data: Buffer
}

/** The name of the question. */
const ASKED = Buffer.from([0xc0, HEADER])

function nameOf(...labels: readonly (string | Buffer)[]): Buffer {
  const parts = labels.map((label) => Buffer.from(label))
  return Buffer.concat([...parts.flatMap((part) => [Buffer.from([part.length]), part]), Buffer.alloc(1)])
}

function reply(question: Buffer, resources: readonly Resource[], flags = 0): Buffer {
  const end = question.indexOf(0, HEADER) + 5
  const head = Buffer.from(question.subarray(0, end))
  head.writeUInt16BE(0x8180 | flags, 2)
  for (const [index, count] of [1, resources.length, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * index)
  return Buffer.concat([head, ...resources.map(encoded)])
}

function encoded({ name, type, data }: Resource): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(TYPES[type], 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(60, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([name, fixed, data])
}

const LISTED: Resource = { name: ASKED, type: 'A', data: Buffer.from([127, 0, 0, 2]) }
const THOUSAND = Array<Resource>(1000).fill(LISTED)

async function ask(server: string, type: RecordType = 'A', name = 'a.example'): Promise<DnsAnswer> {
  return dnsResolver({ servers: [server], timeout: 200, attempts: 1 }).resolve(name, type)
}

describe('an answer', () => {
  it('that is cut short, with nobody behind it who says it whole, tells nothing', async () => {
    const server = await nameServer((question) => reply(question, [LISTED], TRUNCATED))
    assert.equal((await ask(server)).kind, 'failed')
  })

  it('that is cut short is heard whole over TCP', async () => {
    const whole = (question: Buffer): Buffer => reply(question, [LISTED])
    const server = await nameServer((question) => reply(question, [], TRUNCATED), whole)
    assert.deepEqual(await ask(server), { kind: 'found', records: ['127.0.0.2'] })
  })

  it('with a thousand records tells nothing', async () => {
    const whole = (question: Buffer): Buffer => reply(question, THOUSAND)
    const server = await nameServer((question) => reply(question, [], TRUNCATED), whole)
    assert.deepEqual(await ask(server), { kind: 'failed', because: 'too many records' })
  })

  it('that goes in circles finds nothing', async () => {
    const [a, b] = [nameOf('a', 'example'), nameOf('b', 'example')]
    const circle: readonly Resource[] = [
      { name: a, type: 'CNAME', data: b },
      { name: b, type: 'CNAME', data: a },
    ]
    const server = await nameServer((question) => reply(question, circle))
    assert.notEqual((await ask(server)).kind, 'found')
  })

  const noAnswers: Readonly<Record<string, Answering>> = {
    'to another question': (question) =>
      reply(Buffer.concat([question.subarray(0, HEADER), nameOf('b', 'example'), question.subarray(-4)]), [LISTED]),
    'with another number': (question) => {
      const answer = reply(question, [LISTED])
      answer.writeUInt16BE(answer.readUInt16BE(0) ^ 1, 0)
      return answer
    },
    'that points to itself': (question) =>
      reply(question, [{ ...LISTED, type: 'CNAME', data: Buffer.from([0xc0, 40]) }]),
    'whose record is longer than the packet': (question) => reply(question, [LISTED]).subarray(0, -2),
    'of noise': () => Buffer.alloc(40, 0xff),
    'of nothing': () => Buffer.alloc(0),
  }
  for (const [what, answering] of Object.entries(noAnswers))
    it(`${what} is none`, async () => assert.equal((await ask(await nameServer(answering))).kind, 'failed'))
})

describe('a name that the owner of an address wrote', () => {
  const names: Readonly<Record<string, Buffer>> = {
    'with a CR and LF': nameOf('a\r\nX-Spam: no', 'example'),
    'with a space': nameOf('a b', 'example'),
    'with a NUL': nameOf('a\0b', 'example'),
    'with a dot inside a label': nameOf('mx.example.org', 'evil', 'example'),
    'with octets beyond ASCII': nameOf(Buffer.from([0xff, 0xfe]), 'example'),
    'with brackets': nameOf('[127.0.0.1]'),
    'that looks like an address': nameOf('127', '0', '0', '1'),
    'of markup': nameOf('<script>', 'example'),
    'of 254 octets': nameOf(...Array<string>(4).fill('a'.repeat(62)), 'b'.repeat(2)),
    'of the root': nameOf(),
  }
  for (const [what, name] of Object.entries(names))
    it(`${what} is no name`, async () => {
      const server = await nameServer((question) => reply(question, [{ name: ASKED, type: 'PTR', data: name }]))
      const resolver = dnsResolver({ servers: [server], timeout: 200, attempts: 1 })
      assert.notEqual(typeof (await lookUpRemoteHost(resolver, '192.0.2.7')), 'string')
    })

  it('stands behind one that is a name', async () => {
    const data = [nameOf('a b', 'example'), nameOf('Mail', 'Example')]
    const server = await nameServer((question) =>
      reply(
        question,
        data.map((one) => ({ name: ASKED, type: 'PTR', data: one })),
      ),
    )
    const resolver = dnsResolver({ servers: [server], timeout: 200, attempts: 1 })
    assert.equal(await lookUpRemoteHost(resolver, '192.0.2.7'), 'mail.example')
  })
})
