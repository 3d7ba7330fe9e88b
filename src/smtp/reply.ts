/**
 * Replies (RFC 5321 section 4.2, RFC 2034): what a verdict becomes on the wire.
 *
 * The last step before the socket: whatever a text holds, what leaves is lines of at most 512 octets of printable ASCII,
 * all with the same code.
 */
import type { Hook } from '../core/hook.ts'
import type { LimitName } from '../core/limits.ts'
import { printable } from '../core/mail/printable.ts'
import { isAllowedAt, replyRow } from '../core/reply-table.ts'
import { type Verdict, verdict } from '../core/verdict.ts'

export interface Reply {
  readonly code: number
  /** Enhanced status code (RFC 3463), said on every line. */
  readonly status?: string
  /** Each line feed begins a new line. */
  readonly text: string
  /** The limit that was hit, for the log. */
  readonly limit?: LimitName
}

/** What the placeholders of the reply table stand for. */
export interface ReplyNames {
  readonly subject: string
  readonly hostname: string
}

/** Undefined when nothing is said at this hook for this verdict. */
export function composeReply(hook: Hook, decided: Verdict, names: ReplyNames): Reply | undefined {
  const said = isAllowedAt(hook, decided.code) ? decided : verdict('DECLINED')
  const { reply, isReplyFixed } = replyRow(hook, said.code)
  if (reply === undefined || isReplyFixed) return reply
  const code = ofClass(reply.code, said.replyCode) ?? reply.code
  const status = statusFor(code, said.status) ?? reply.status
  const text = textLines(said.message ?? '').join('\n') || fillIn(reply.text, names)
  return { code, text, ...(status !== undefined && { status }) }
}

/** A reply that closes the session keeps its code: it says so (RFC 5321 section 3.8). */
function ofClass(code: number, wanted: number | undefined): number | undefined {
  if (wanted === undefined || CLOSING.includes(code) || CLOSING.includes(wanted)) return undefined
  return Math.trunc(code / 100) === Math.trunc(wanted / 100) ? wanted : undefined
}

const CLOSING: readonly number[] = [421, 521]

const STATUS = /^[245](\.\d{1,3}\.\d{1,3})$/

/** The class of a status must be that of its reply code (RFC 2034 section 4), so the code decides it. */
function statusFor(code: number, status = ''): string | undefined {
  const rest = STATUS.exec(status)?.[1]
  return rest === undefined ? undefined : `${Math.trunc(code / 100)}${rest}`
}

function fillIn(text: string, names: ReplyNames): string {
  return text.replace(/\{(subject|hostname)\}/g, (_, name: keyof ReplyNames) => names[name])
}

/** As sent, CRLF at the end of every line. */
export function formatReply(reply: Reply): string {
  const status = reply.status === undefined ? '' : `${reply.status} `
  const lines = textLines(reply.text).flatMap((line) => fold(line, TEXT_LENGTH - status.length))
  const last = lines.pop() ?? ''
  const earlier = lines.map((line) => `${reply.code}-${status}${line}\r\n`)
  return `${earlier.join('')}${reply.code} ${status}${last}\r\n`
}

/** As logged: lines joined by a line feed. */
export function replyText(reply: Reply): string {
  return formatReply(reply).trimEnd().replaceAll('\r\n', '\n')
}

/** RFC 5321 section 4.5.3.1.5: 512 octets with code, separator and CRLF. */
const TEXT_LENGTH = 512 - 'ccc '.length - '\r\n'.length
/** More is no message to a person. */
const LINE_COUNT = 50

/** Printable lines without the empty ones. */
function textLines(text: string): string[] {
  return text
    .replace(/[\r\0]/g, '')
    .split('\n', LINE_COUNT)
    .map((line) => printable(line).trim())
    .filter((line) => line !== '')
}

/** Breaks at the last space that fits, in the middle of a word when there is none. */
function fold(line: string, width: number): string[] {
  const pieces: string[] = []
  let rest = line
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const cut = space > 0 ? space : width
    pieces.push(rest.slice(0, cut))
    rest = rest.slice(cut).trimStart()
  }
  return [...pieces, rest]
}
