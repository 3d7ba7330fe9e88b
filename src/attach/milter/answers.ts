/**
 * What a milter answers (SMFIR_*). There is no ACCEPT among it: that would end the questions about the session.
 *
 * The last step before the socket: a text is printable lines with one code, and a header field is one field.
 */
import type { HeaderField } from '../../core/mail/header.ts'
import type { Message } from '../../core/mail/message.ts'
import { formatReply } from '../../smtp/reply.ts'
import { type Refusal, replyTo } from '../said.ts'
import type { Terms } from './negotiation.ts'
import { packet } from './packets.ts'

export const CONTINUE = packet('c')
/** 451 to the client. */
export const TEMPFAIL = packet('t')

/** libmilter takes so many lines of a reply. */
const LINES = 32

/** Sendmail takes the text for a format of printf(3): per cent signs are doubled. Both want a status on every line. */
export function replyCode(refusal: Refusal): string {
  const reply = replyTo(refusal)
  const status = reply.status ?? `${Math.trunc(reply.code / 100)}.0.0`
  const lines = formatReply({ ...reply, status })
    .trimEnd()
    .split('\r\n')
    .slice(0, LINES)
  const last = lines.pop()?.replace('-', ' ') ?? ''
  return packet('y', `${[...lines, last].join('\r\n').replaceAll('%', '%%')}\0`)
}

/**
 * What was done to the header section: fields that went are deleted, new ones stand on top. From the bottom up, so that
 * what is done does not change the number of what is left to do.
 */
export function editsOf({ fields, received }: Pick<Message, 'fields' | 'received'>, terms: Terms): string {
  const left = new Set(fields)
  const came = new Set(received)
  const gone = numbered(received).filter(({ field }) => !left.has(field))
  const added = fields.filter((field) => !came.has(field))
  const deleted = gone.toReversed().map(({ field, number }) => remove(field, number))
  return [...deleted, ...added.toReversed().map((field) => insert(field, terms))].join('')
}

interface Numbered {
  readonly field: HeaderField
  /** Among those of its name, from 1. */
  readonly number: number
}

function numbered(fields: readonly HeaderField[]): readonly Numbered[] {
  const counts = new Map<string, number>()
  return fields.map((field) => {
    const number = (counts.get(field.key) ?? 0) + 1
    counts.set(field.key, number)
    return { field, number }
  })
}

function remove({ name }: HeaderField, number: number): string {
  return packet('m', `${uint32(number)}${name}\0\0`)
}

/** At the top; lines of one field end in LF. */
function insert({ name, raw }: HeaderField, { leadingSpace }: Terms): string {
  const text = raw.toString('latin1').slice(name.length + 1, -'\r\n'.length)
  const value = leadingSpace ? text : text.replace(/^ /, '')
  return packet('i', `${uint32(0)}${name}\0${value.replaceAll('\r\n', '\n')}\0`)
}

function uint32(number: number): string {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(number)
  return octets.toString('latin1')
}
