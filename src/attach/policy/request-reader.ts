/**
 * Requests of a Postfix policy client out of a stream of octets (http://www.postfix.org/SMTPD_POLICY_README.html): lines
 * of `name=value` that end in LF, and an empty line behind the last one.
 *
 * What is malformed is reported once, and nothing after it may be read. Holds at most one request within its limits,
 * however the stream is cut.
 */
import { decode } from '../../core/mail/decode.ts'
import type { LimitName, Limits } from '../../core/limits.ts'

/** The last value of a name that is given twice, which is the reader's choice. */
export type Attributes = ReadonlyMap<string, string>

export type RequestEvent =
  | { readonly kind: 'request'; readonly attributes: Attributes }
  | { readonly kind: 'malformed'; readonly because: string; readonly limit?: LimitName }

/** `used` octets were taken from the front; without an event that is all of them. */
export interface RequestProgress {
  readonly used: number
  readonly event?: RequestEvent
}

type RequestLimits = Pick<Limits, 'request_line_length' | 'request_attributes'>

const LF = 10

/** Names are Postfix's own; a control character in a value could only mean harm further on. */
const ATTRIBUTE = /^([A-Za-z0-9_.-]{1,100})=([^\p{Cc}\u2028\u2029]*)$/u

export class RequestReader {
  readonly #limits: RequestLimits
  #line: Buffer = Buffer.alloc(0)
  #count = 0
  #attributes = new Map<string, string>()

  constructor(limits: RequestLimits) {
    this.#limits = limits
  }

  /** A request has begun and is not complete. */
  get isPartial(): boolean {
    return this.#line.length > 0 || this.#count > 0
  }

  /** Not to be called again after `malformed`. */
  read(octets: Buffer): RequestProgress {
    for (let start = 0; start < octets.length; ) {
      const end = octets.indexOf(LF, start)
      const stop = end < 0 ? octets.length : end
      if (this.#line.length + stop - start > this.#limits.request_line_length)
        return { used: stop, event: malformed('a line is too long', 'request_line_length') }
      this.#line = Buffer.concat([this.#line, octets.subarray(start, stop)])
      if (end < 0) break
      start = end + 1
      const event = this.#endLine()
      if (event) return { used: start, event }
    }
    return { used: octets.length }
  }

  #endLine(): RequestEvent | undefined {
    const line = this.#line
    this.#line = Buffer.alloc(0)
    if (line.length === 0) return this.#endRequest()
    this.#count += 1
    if (this.#count > this.#limits.request_attributes)
      return malformed('a request has too many lines', 'request_attributes')
    const [matched, name = '', value = ''] = ATTRIBUTE.exec(decode(line)) ?? []
    if (matched === undefined) return malformed('a line is no attribute')
    this.#attributes.set(name, value)
    return undefined
  }

  #endRequest(): RequestEvent {
    const attributes = this.#attributes
    this.#attributes = new Map()
    this.#count = 0
    if (attributes.get('request') !== 'smtpd_access_policy') return malformed('a request is none about access')
    return { kind: 'request', attributes }
  }
}

function malformed(because: string, limit?: LimitName): RequestEvent {
  return { kind: 'malformed', because, ...(limit !== undefined && { limit }) }
}
