/**
 * The content of a message out of a stream of octets, from after DATA to the dot (RFC 5321 sections 4.1.1.4 and 4.5.2).
 *
 * Lines end in CRLF, the content in CRLF.CRLF, and in nothing else. Any other CR or LF is a violation, reported at once:
 * where the content ends is then anybody's guess, and nothing after it may be read as commands. Content over a limit is
 * read to its true end and not kept.
 */
import type { Limits } from '../core/limits.ts'
import type { Progress } from './command-reader.ts'
import { OctetStore } from './octet-store.ts'

export type ContentEvent =
  /** The empty line after the header section was seen. */
  | { readonly kind: 'header' }
  | { readonly kind: 'end'; readonly exceeded: ContentLimit | undefined }
  | { readonly kind: 'violation' }

export type ContentLimit = 'message_size' | 'header_size' | 'text_line_length'

const LF = 10
const CR = 13
const DOT = 46

const States = { lineStart: 0, dot: 1, dotCr: 2, text: 3, textCr: 4, emptyCr: 5, end: 6, broken: 7 } as const
type State = (typeof States)[keyof typeof States]
const { lineStart, dot, dotCr, text, textCr, emptyCr, end, broken } = States

/** The next state for a dot, CR, LF, and any other octet. */
const NEXT: Readonly<Record<State, readonly [State, State, State, State]>> = {
  [lineStart]: [dot, emptyCr, broken, text],
  [dot]: [text, dotCr, broken, text],
  [dotCr]: [broken, broken, end, broken],
  [text]: [text, textCr, broken, text],
  [textCr]: [broken, broken, lineStart, broken],
  [emptyCr]: [broken, broken, lineStart, broken],
  [end]: [broken, broken, broken, broken],
  [broken]: [broken, broken, broken, broken],
}

function next(state: State, octet: number | undefined): State {
  const [onDot, onCr, onLf, onOther] = NEXT[state]
  if (octet === LF) return onLf
  if (octet === CR) return onCr
  return octet === DOT ? onDot : onOther
}

/** Most octets of a message go through this loop and no other. */
function lineEnd(octets: Buffer, from: number): number {
  for (let at = from; at < octets.length; at += 1) {
    const octet = octets[at]
    if (octet === CR || octet === LF) return at
  }
  return octets.length
}

export class ContentReader {
  readonly header = new OctetStore()
  readonly body = new OctetStore()
  /** Whether the header section has ended in an empty line. */
  hasSeparator = false
  readonly #limits: Pick<Limits, ContentLimit>
  #state: State = lineStart
  /** Octets of the content so far, without transparency dots; counted on when nothing is kept any more. */
  #size = 0
  #headerSize = 0
  #lineStart = 0
  #longestLine = 0

  constructor(limits: Pick<Limits, ContentLimit>) {
    this.#limits = limits
  }

  /** The limit the content is over, as far as it was read. */
  get exceeded(): ContentLimit | undefined {
    if (this.#size > this.#limits.message_size) return 'message_size'
    if ((this.hasSeparator ? this.#headerSize : this.#size) > this.#limits.header_size) return 'header_size'
    return this.#longestLine > this.#limits.text_line_length ? 'text_line_length' : undefined
  }

  /** Not to be called again after `end` or `violation`. */
  read(octets: Buffer): Progress<ContentEvent> {
    let run = 0
    for (let at = this.#skipText(octets, 0); at < octets.length; at = this.#skipText(octets, at + 1)) {
      const before = this.#state
      this.#state = next(before, octets[at])
      if (this.#isTransparent(before)) {
        this.#keep(octets, run, at)
        run = at + 1
      }
      const event = this.#eventAfter(before, at + 1 - run)
      if (event) return { used: at + 1, event }
    }
    this.#keep(octets, run, octets.length)
    return { used: octets.length }
  }

  /** Within a line only its end changes the state. */
  #skipText(octets: Buffer, from: number): number {
    return this.#state === text ? lineEnd(octets, from) : from
  }

  /** Whether the octet just read is no content: a line's first dot, the end, the empty line after the header section. */
  #isTransparent(before: State): boolean {
    if (this.#state === dot || this.#state === dotCr) return true
    return !this.hasSeparator && (this.#state === emptyCr || before === emptyCr)
  }

  #eventAfter(before: State, unkept: number): ContentEvent | undefined {
    if (this.#state === broken) return { kind: 'violation' }
    if (this.#state === end) return { kind: 'end', exceeded: this.exceeded }
    if (this.#state !== lineStart) return undefined
    if (before === emptyCr && !this.hasSeparator) return this.#endHeader()
    this.#longestLine = Math.max(this.#longestLine, this.#size + unkept - this.#lineStart)
    this.#lineStart = this.#size + unkept
    return undefined
  }

  #endHeader(): ContentEvent | undefined {
    this.#headerSize = this.#size
    this.hasSeparator = true
    this.#size += 2
    this.#lineStart = this.#size
    return this.exceeded === undefined ? { kind: 'header' } : undefined
  }

  #keep(octets: Buffer, from: number, to: number): void {
    this.#size += to - from
    if (this.exceeded === undefined) {
      const store = this.hasSeparator ? this.body : this.header
      store.append(octets, from, to)
    } else {
      this.header.clear()
      this.body.clear()
    }
  }
}
