/**
 * What DNS says about the right to send in a domain's name. The one door to `mailauth`, an optional library.
 *
 * It asks nobody but the resolver it is given, so tests answer from a table. What that resolver cannot find out comes back as
 * `temperror`, never as a rejection.
 */
import type { RecordType, Resolver } from '../core/ports.ts'

/** RFC 7208 section 2.6. */
export const SPF_RESULTS = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const
export type SpfResult = (typeof SPF_RESULTS)[number]

export interface SpfQuestion {
  readonly ip: string
  /** `user@domain`, local part unquoted; undefined for the null sender, whose HELO name is asked about instead. */
  readonly sender: string | undefined
  readonly helo: string
  /** This server's name, for `%{r}`. */
  readonly receiver: string
}

export interface SpfAnswer {
  readonly result: SpfResult
  /** Why, in words of the library and of whoever sent the mail: not clean. */
  readonly comment: string
  /** What the domain publishes for those it fails (`exp=`). Somebody else's text: not clean. */
  readonly explanation: string | undefined
}

/** RFC 7208 check_host(), with its ten look-ups and two void ones. The caller's resolver bounds the time. */
export async function checkSpf({ ip, sender, helo, receiver }: SpfQuestion, resolver: Resolver): Promise<SpfAnswer> {
  const { spf } = await import('mailauth/lib/spf/index.js')
  const { status, explanation } = await spf({
    ip,
    helo,
    mta: receiver,
    ...(sender !== undefined && { sender }),
    strict: true,
    resolver: (name, type) => resolveFor(resolver, name, type),
  })
  const comment = typeof status.comment === 'string' ? status.comment : ''
  return {
    result: SPF_RESULTS.find((result) => result === status.result) ?? 'temperror',
    comment: comment.startsWith(`${receiver}: `) ? comment.slice(receiver.length + 2) : comment,
    explanation,
  }
}

/** Errors as `node:dns` has them, which is what the library reads. */
class DnsFault extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const ASKED: readonly RecordType[] = ['A', 'AAAA', 'MX', 'PTR', 'TXT']

/** As `dns.promises.resolve` answers; the library's types know of texts only, and of no MX records. */
async function resolveFor(resolver: Resolver, name: string, type: string): Promise<string[]> {
  const wanted = ASKED.find((known) => known === type)
  if (!wanted) throw new DnsFault('ENODATA', `${type} is not asked for`)
  const answer = await resolver.resolve(name, wanted)
  if (answer.kind === 'failed') throw new DnsFault('ESERVFAIL', `${name} ${type}: ${answer.because}`)
  if (answer.kind === 'none') throw new DnsFault('ENODATA', `${name} has no ${type} record`)
  return answer.records.map((record): unknown => SHAPES[type]?.(record) ?? record) as string[]
}

const SHAPES: Readonly<Record<string, (record: string) => unknown>> = {
  TXT: (record) => [record],
  MX: (record) => {
    const [priority = '0', exchange = ''] = record.trim().split(/\s+/)
    return { priority: Number(priority), exchange }
  },
}
