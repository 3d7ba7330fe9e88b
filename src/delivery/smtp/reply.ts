/**
 * Replies of the next server (RFC 5321 section 4.2), read as those of a stranger: bounded, one code for all lines, and a
 * text that is safe to pass on.
 */
import { printable } from '../../core/mail/printable.ts'

export interface Reply {
  readonly code: number
  /** Printable ASCII, other octets as `?`; lines joined by a space, the status codes of RFC 3463 taken out. */
  readonly text: string
  /** Enhanced status code, when there is one and its class is that of the code. */
  readonly status: string | undefined
  /** Texts of the lines: what EHLO is read from. */
  readonly lines: readonly string[]
}

/** RFC 5321 section 4.5.3.1.5 asks for 512. */
const LINE_LENGTH = 2048
const MOST_LINES = 100
const TEXT_LENGTH = 400

const LF = 10
const LINE = /^([2-5][0-9][0-9])(?:([ -])(.*))?$/s

/** Cuts what a server says into replies. */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0)
  #code: string | undefined
  #lines: string[] = []

  /** Octets of a reply that is not complete, or that nobody has asked for yet. */
  get hasMore(): boolean {
    return this.#rest.length > 0 || this.#lines.length > 0
  }

  push(octets: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, octets])
  }

  /** The next reply that is complete. Throws an Error for what is none, or too much; not to be called after that. */
  next(): Reply | undefined {
    for (let end = this.#rest.indexOf(LF); end >= 0; end = this.#rest.indexOf(LF)) {
      const line = this.#rest.subarray(0, end + 1)
      this.#rest = this.#rest.subarray(end + 1)
      if (this.#isLast(line)) return this.#finish()
    }
    if (this.#rest.length > LINE_LENGTH) throw new Error('it sent a reply line that does not end')
    return undefined
  }

  #isLast(octets: Buffer): boolean {
    const line = octets.toString('latin1')
    if (line.length > LINE_LENGTH || !line.endsWith('\r\n')) throw new Error('it sent a malformed reply')
    const [, code = '', mark = ' ', text = ''] = LINE.exec(line.slice(0, -2)) ?? []
    if (code === '' || code !== (this.#code ?? code)) throw new Error('it sent a malformed reply')
    this.#code = code
    this.#lines.push(clean(text))
    if (this.#lines.length > MOST_LINES) throw new Error('it sent a reply that does not end')
    return mark === ' '
  }

  #finish(): Reply {
    const code = Number(this.#code)
    const lines = this.#lines
    this.#code = undefined
    this.#lines = []
    const text = lines.map(withoutStatus).join(' ').trim().slice(0, TEXT_LENGTH)
    return { code, text, status: statusOf(lines[0] ?? '', code), lines }
  }
}

function clean(text: string): string {
  return printable(text.replace(/\t/g, ' '))
}

const STATUS = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: +|$)/

function withoutStatus(line: string): string {
  return line.replace(STATUS, '')
}

function statusOf(line: string, code: number): string | undefined {
  const status = STATUS.exec(line)?.[1]
  return status?.startsWith(String(Math.floor(code / 100))) === true ? status : undefined
}

/** 2yz. */
export function isPositive({ code }: Reply): boolean {
  return code >= 200 && code < 300
}
