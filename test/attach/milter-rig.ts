/** Packets as a mail server sends them to a milter, and what a milter answers, as texts that one can read. */
import { packet } from '../../src/attach/milter/packets.ts'
import { type AttachOptions, type AttachRig, attachRig } from './rig.ts'

const QUIET_HEADERS = 1 << 7
const QUIET_BODY = 1 << 19
const LEADING_SPACE = 1 << 20
/** As Postfix 3.7 offers it. */
const ALL_STEPS = 0x1fffff
export const NO_QUIET = ALL_STEPS & ~(QUIET_HEADERS | QUIET_BODY)
export const NO_LEADING_SPACE = ALL_STEPS & ~LEADING_SPACE

function uint(octets: 2 | 4, value: number): string {
  const buffer = Buffer.alloc(octets)
  buffer.writeUIntBE(value, 0, octets)
  return buffer.toString('latin1')
}

export function negotiation(steps = ALL_STEPS, edits = 0x1ff, version = 6): string {
  return packet('O', uint(4, version) + uint(4, edits) + uint(4, steps))
}

export function texts(...all: readonly string[]): string {
  return all.map((text) => `${text}\0`).join('')
}

export function macros(command: string, values: Readonly<Record<string, string>>): string {
  return packet('D', command + texts(...Object.entries(values).flat()))
}

export function connect(ip = '192.0.2.7', family = ip.includes(':') ? '6' : '4', port = 40_000): string {
  return packet('C', `client.example\0${family}${uint(2, port)}${texts(ip)}`)
}

export const hello = (name = 'client.example'): string => packet('H', texts(name))
export const mail = (...words: readonly string[]): string =>
  packet('M', texts(...(words.length > 0 ? words : ['<ann@example.net>'])))
export const rcpt = (path = '<bob@example.org>', ...words: readonly string[]): string =>
  packet('R', texts(path, ...words))
export const DATA = packet('T')
export const field = (name: string, value: string): string => packet('L', texts(name, value))
export const END_OF_HEADER = packet('N')
export const body = (text: string): string => packet('B', text)
export const END = packet('E')
export const ABORT = packet('A')
export const QUIT = packet('Q')
export const QUIT_NC = packet('K')
export const ENVELOPE = connect() + hello() + mail() + rcpt() + DATA
export const MESSAGE =
  field('Subject', ' hi') + field('To', ' bob@example.org') + END_OF_HEADER + body('Hello\r\n') + END

/** Each answer by its letter, with its data: `c`, `y 550 5.7.1 no`, `m 1 Subject `, `i 0 X-A  b`. */
export function answersIn(octets: string): readonly string[] {
  const buffer = Buffer.from(octets, 'latin1')
  const found: string[] = []
  for (let at = 0; at < buffer.length; ) {
    const length = buffer.readUInt32BE(at)
    found.push(shown(buffer.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return found
}

function shown(answer: Buffer): string {
  const letter = answer.toString('latin1', 0, 1)
  if (letter === 'O') return `O ${[1, 5, 9].map((at) => answer.readUInt32BE(at)).join(' ')}`
  const index = letter === 'm' || letter === 'i' ? [String(answer.readUInt32BE(1))] : []
  const rest = answer.toString('latin1', 1 + index.length * 4)
  if (rest !== '' && !rest.endsWith('\0')) throw new Error(`a text that does not end: ${rest}`)
  return [letter, ...index, ...rest.split('\0').slice(0, -1)].join(' ')
}

/** After the agreement. */
export async function milterRig(options: AttachOptions = {}, steps?: number): Promise<AttachRig> {
  const rig = attachRig('milter', options)
  await rig.say(negotiation(steps))
  rig.heard()
  return rig
}

export async function answers(rig: AttachRig, octets: string): Promise<readonly string[]> {
  await rig.say(octets)
  return answersIn(rig.heard())
}
