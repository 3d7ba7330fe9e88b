/**
 * A DNS server on loopback that answers from a zone written like the `dns` of a session file:
 * `{ 'example.org MX': ['10 mx.example.org'], 'slow.example A': 'TIMEOUT', 'broken.example A': 'SERVFAIL' }`.
 *
 * A name that has other records answers with none; a name that has no record does not exist. Instead of a zone it can be given
 * a function, which may change its mind.
 */
import { once } from 'node:events'
import type { Socket } from 'node:dgram'
import DNS from 'dns2'
import { RECORD_TYPES, type RecordType } from '../../src/core/ports.ts'

export type ZoneAnswer = readonly string[] | 'TIMEOUT' | 'SERVFAIL' | 'REFUSED' | 'NXDOMAIN'
export type Zone = Readonly<Record<string, ZoneAnswer>>
export type Answering = (name: string, type: RecordType) => ZoneAnswer

export interface DnsServer {
  /** For a resolver's list of servers. */
  readonly address: string
  /** `name TYPE` of each question, in order of arrival. */
  readonly questions: readonly string[]
  close(): Promise<void>
}

const RCODES = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const

export async function dnsServer(zone: Zone | Answering): Promise<DnsServer> {
  const answerTo = typeof zone === 'function' ? zone : answering(zone)
  const questions: string[] = []
  const server: Socket = DNS.createUDPServer((request, send) => {
    const response = DNS.Packet.createResponseFromRequest(request)
    const [question] = request.questions
    const type = RECORD_TYPES.find((name) => DNS.Packet.TYPE[name] === question?.type)
    if (question === undefined || type === undefined) return
    const name = question.name.toLowerCase()
    questions.push(`${name} ${type}`)
    const answer = answerTo(name, type)
    if (answer === 'TIMEOUT') return
    if (typeof answer === 'string') response.header.rcode = RCODES[answer]
    else response.answers.push(...answer.map((record) => resource(question, type, record)))
    void send(response)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${server.address().port}`,
    questions,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function answering(zone: Zone): Answering {
  return (name, type) => zone[`${name} ${type}`] ?? (isKnown(zone, name) ? [] : 'NXDOMAIN')
}

function isKnown(zone: Zone, name: string): boolean {
  return Object.keys(zone).some((key) => key.startsWith(`${name} `))
}

function resource(question: DNS.Packet.Question, type: RecordType, record: string): DNS.Packet.Resource {
  return DNS.Packet.createResourceFromQuestion(question, { ttl: 60, ...rdata(type, record) })
}

function rdata(type: RecordType, record: string): Partial<DNS.Packet.Resource> {
  if (type === 'A' || type === 'AAAA') return { address: record }
  if (type === 'TXT') return { data: record.split('|') }
  if (type === 'NS') return { ns: record }
  if (type !== 'MX') return { domain: record }
  const [priority = '', exchange = ''] = record.split(' ')
  return { priority: Number(priority), exchange }
}
