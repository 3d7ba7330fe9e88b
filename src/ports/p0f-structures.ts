/**
 * What p0f is asked and answers: version 3 (p0f 3.09 api.h) and version 2 (p0f 2.0.8 p0f-query.h).
 *
 * Both are structures in memory, so numbers have the byte order of the machine that p0f runs on: this one.
 */
import { endianness } from 'node:os'
import { isIpFault, parseIp } from '../core/net/ip.ts'
import type { Fingerprint, P0fQuestion } from '../core/ports.ts'
import { printable } from '../core/mail/printable.ts'
import { present } from '../core/table.ts'

const LITTLE = endianness() === 'LE'

/** Reading throws a plain sentence for what is no answer; undefined: p0f has not seen the client. */
export interface Protocol {
  query(question: P0fQuestion): Buffer
  /** Octets of an answer. */
  readonly length: number
  read(answer: Buffer): Fingerprint | undefined
}

function number32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  if (LITTLE) buffer.writeUInt32LE(value)
  else buffer.writeUInt32BE(value)
  return buffer
}

function number16(value: number): Buffer {
  return number32(value).subarray(LITTLE ? 0 : 2, LITTLE ? 2 : 4)
}

function read32(answer: Buffer, offset: number): number {
  return LITTLE ? answer.readUInt32LE(offset) : answer.readUInt32BE(offset)
}

function read16(answer: Buffer, offset: number): number {
  return LITTLE ? answer.readInt16LE(offset) : answer.readInt16BE(offset)
}

/** Up to the first NUL; what is not printable says nothing. */
function textAt(answer: Buffer, offset: number, length: number): string | undefined {
  const [text = ''] = answer.toString('latin1', offset, offset + length).split('\0')
  const clean = printable(text).trim()
  return clean === '' ? undefined : clean
}

/** In network order: 4 octets or 16. */
function octetsOf(text: string): Buffer {
  const ip = parseIp(text)
  if (isIpFault(ip)) throw new Error('the client has no IP address')
  const hex = ip.value.toString(16).padStart(ip.version === 4 ? 8 : 32, '0')
  return Buffer.from(hex, 'hex')
}

const V3 = { query: 0x50304601, answer: 0x50304602, bad: 0x00, found: 0x10, neverUp: 0 } as const

const VERSION_3: Protocol = {
  length: 232,
  query({ remote }) {
    const address = octetsOf(remote.ip)
    const room = Buffer.alloc(16)
    address.copy(room)
    return Buffer.concat([number32(V3.query), Buffer.of(address.length === 4 ? 4 : 6), room])
  },
  read(answer) {
    if (read32(answer, 0) !== V3.answer) throw new Error('what answers there is not p0f version 3')
    const status = read32(answer, 4)
    if (status === V3.bad) throw new Error('p0f did not understand the question')
    if (status !== V3.found) return undefined
    const [name, flavour] = [textAt(answer, 40, 32), textAt(answer, 72, 32)]
    const minutes = read32(answer, 20)
    const hops = read16(answer, 36)
    return present<Fingerprint>({
      genre: name === undefined ? undefined : [name, flavour ?? ''].join(' ').trim(),
      detail: textAt(answer, 104, 32),
      link: textAt(answer, 168, 32),
      distance: hops < 0 ? undefined : hops,
      uptime: minutes === V3.neverUp ? undefined : Math.floor(minutes / 60),
    })
  },
}

const V2 = { magic: 0x0defaced, byAddress: 1, id: 1, found: 0, bad: 1 } as const

const VERSION_2: Protocol = {
  length: 141,
  query({ remote, local }) {
    const [from, to] = [octetsOf(remote.ip), octetsOf(local.ip)]
    if (from.length !== 4 || to.length !== 4) throw new Error('p0f version 2 knows no IPv6')
    const head = [number32(V2.magic), number32(V2.byAddress), number32(V2.id)]
    return Buffer.concat([...head, from, to, number16(remote.port), number16(local.port)])
  },
  read(answer) {
    if (read32(answer, 0) !== V2.magic) throw new Error('what answers there is not p0f version 2')
    const type = answer.readUInt8(8)
    if (type === V2.bad) throw new Error('p0f did not understand the question')
    if (type !== V2.found) return undefined
    const hops = answer.readInt8(69)
    const hours = LITTLE ? answer.readInt32LE(137) : answer.readInt32BE(137)
    return present<Fingerprint>({
      genre: textAt(answer, 9, 20),
      detail: textAt(answer, 29, 40),
      link: textAt(answer, 70, 30),
      distance: hops < 0 ? undefined : hops,
      uptime: hours < 0 ? undefined : hours,
    })
  },
}

export const PROTOCOLS: Readonly<Record<P0fQuestion['version'], Protocol>> = { 2: VERSION_2, 3: VERSION_3 }
