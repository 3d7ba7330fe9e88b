/**
 * The content of a message out of a stream of octets: from after DATA to the dot (RFC 5321 sections 4.1.1.4 and 4.5.2), or
 * in chunks (RFC 3030).
 *
 * Lines end in CRLF and in nothing else. After DATA any other CR or LF is a violation, reported at once: where the content
 * ends is then anybody's guess, and nothing after it may be read as commands. A chunk has its size, so there it is a fault
 * like others. Content with a fault is read to its true end and not kept.
 */
import type { Limits } from '../../core/limits.ts'
import type { Progress } from '../command-reader.ts'
import type { ContentBody } from './body.ts'
import { OctetStore } from './octet-store.ts'

export type ContentEvent =
  /** The empty line after the header section was seen. */
  | { readonly kind: 'header' }
  /** The dot, which chunks do not have. */
  | { readonly kind: 'end' }
  | { readonly kind: 'violation' }

type ReadLimit = 'message_size' | 'header_size' | 'text_line_length'

/** Why the content cannot be taken. `storage`: there is no room for it now. */
export type ContentFault = ReadLimit | 'header_fields' | 'hops' | 'line_ends' | 'storage'

/** Ended by a dot; in chunks of lines; in chunks of lines, then of any octets after the header section. */
export type Framing = 'dot' | 'chunks' | 'binary'

const LF = 10
const CR = 13
const DOT = 46

const States = { lineStart: 0, dot: 1, dotCr: 2, text: 3, textCr: 4, emptyCr: 5, end: 6, broken: 7 } as const
type State = (typeof States)[keyof typeof States]
type Transitions = Readonly<Record<State, readonly [State, State, State, State]>>
const { lineStart, dot, dotCr, text, textCr, emptyCr, end, broken } = States

/** The next state for a dot, CR, LF, and any other octet. */
const DOTTED: Transitions = {
  [lineStart]: [dot, emptyCr, broken, text],
  [dot]: [text, dotCr, broken, text],
  [dotCr]: [broken, broken, end, broken],
  [text]: [text, textCr, broken, text],
  [textCr]: [broken, broken, lineStart, broken],
  [emptyCr]: [broken, broken, lineStart, broken],
  [end]: [broken, broken, broken, broken],
  [broken]: [broken, broken, broken, broken],
}

/** A dot is an octet like others. */
const PLAIN: Transitions = { ...DOTTED, [lineStart]: [text, emptyCr, broken, text] }

function next(transitions: Transitions, state: State, octet: number | undefined): State {
  const [onDot, onCr, onLf, onOther] = transitions[state]
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
  readonly body: ContentBody
  /** Whether the header section has ended in an empty line. */
  hasSeparator = false
  readonly #limits: Pick<Limits, ReadLimit>
  readonly #framing: Framing
  readonly #transitions: Transitions
  #state: State = lineStart
  /** Octets of the content so far, without transparency dots; counted on when nothing is kept any more. */
  #size = 0
  #headerSize = 0
  #lineStart = 0
  #longestLine = 0
  #fault: ContentFault | undefined

  constructor(limits: Pick<Limits, ReadLimit>, body: ContentBody, framing: Framing) {
    this.#limits = limits
    this.body = body
    this.#framing = framing
    this.#transitions = framing === 'dot' ? DOTTED : PLAIN
  }

  /** What is wrong with the content, as far as it was read. */
  get fault(): ContentFault | undefined {
    if (this.#fault !== undefined) return this.#fault
    if (this.#size > this.#limits.message_size) return 'message_size'
    if ((this.hasSeparator ? this.#headerSize : this.#size) > this.#limits.header_size) return 'header_size'
    return this.#longestLine > this.#limits.text_line_length ? 'text_line_length' : undefined
  }

  /** Nothing is kept from here on. */
  refuse(fault: ContentFault): void {
    this.#fault ??= fault
    this.header.clear()
    this.body.clear()
  }

  /** The last chunk was read. */
  finish(): void {
    if (this.#state === textCr || this.#state === emptyCr) this.refuse('line_ends')
  }

  /** Not to be called again after `end` or `violation`. */
  read(octets: Buffer): Progress<ContentEvent> {
    let run = 0
    for (let at = this.#skipText(octets, 0); at < octets.length; at = this.#skipText(octets, at + 1)) {
      const before = this.#state
      this.#state = next(this.#transitions, before, octets[at])
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

  /** Within a line only its end changes the state; in what is broken or binary, nothing does. */
  #skipText(octets: Buffer, from: number): number {
    if (this.#state === broken || (this.#framing === 'binary' && this.hasSeparator)) return octets.length
    return this.#state === text ? lineEnd(octets, from) : from
  }

  /** Whether the octet just read is no content: a line's first dot, the end, the empty line after the header section. */
  #isTransparent(before: State): boolean {
    if (this.#state === dot || this.#state === dotCr) return true
    return !this.hasSeparator && (this.#state === emptyCr || before === emptyCr)
  }

  #eventAfter(before: State, unkept: number): ContentEvent | undefined {
    if (this.#state === broken) return this.#breakOff()
    if (this.#state === end) return { kind: 'end' }
    if (this.#state !== lineStart) return undefined
    if (before === emptyCr && !this.hasSeparator) return this.#endHeader()
    this.#longestLine = Math.max(this.#longestLine, this.#size + unkept - this.#lineStart)
    this.#lineStart = this.#size + unkept
    return undefined
  }

  #breakOff(): ContentEvent | undefined {
    if (this.#framing === 'dot') return { kind: 'violation' }
    this.refuse('line_ends')
    return undefined
  }

  #endHeader(): ContentEvent | undefined {
    this.#headerSize = this.#size
    this.hasSeparator = true
    this.#size += 2
    this.#lineStart = this.#size
    return this.fault === undefined ? { kind: 'header' } : undefined
  }

  #keep(octets: Buffer, from: number, to: number): void {
    this.#size += to - from
    if (this.fault === undefined) {
      const store = this.hasSeparator ? this.body : this.header
      store.append(octets, from, to)
    } else {
      this.header.clear()
      this.body.clear()
    }
  }
}
