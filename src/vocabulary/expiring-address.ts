/**
 * expiring_address: does the recipient carry a date before which mail is taken, `ann-20261231@example.org`, or a number of
 * attempts after which it is not, `ann-3x@example.org`?
 *
 * A code follows, `ann-20261231-1a2b3c4d`, so that nobody else can write such addresses: the first eight hexadecimal digits of
 * HMAC-SHA256 over `ann-20261231@example.org` in lower case. The day begins at midnight UTC. Attempts are counted in the store,
 * by whoever asks for `used_up`: one for each time it asks.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { addressText, localKey, type Mailbox, mailbox } from '../core/mail/address.ts'
import type { Store } from '../core/ports.ts'
import { defineMatcher } from '../core/word.ts'

const RESULTS = ['valid', 'expired', 'used_up', 'forged'] as const
type Result = (typeof RESULTS)[number]

export const expiringAddress = defineMatcher({
  name: 'expiring_address',
  summary: 'The recipient carries the date of its end, or the number of attempts after which it ends',
  reference: 'qpsmtpd plugin for self-destructing addresses (contributed); RFC 2104',
  stage: 'recipient',
  options: {
    type: 'object',
    properties: {
      result: {
        type: 'array',
        items: { type: 'string', enum: RESULTS },
        minItems: 1,
        default: ['valid'],
        description:
          'Which match: it is good, its date has come, all its attempts were made (asking for this counts one), or the code is wrong or missing',
      },
      separator: {
        type: 'string',
        minLength: 1,
        default: '-',
        description: 'What stands before the date or number, and before the code',
      },
      secrets: {
        'x-list': 'string',
        description: 'Secrets for codes; each is good. Without one every address is forged',
      },
      unsigned: {
        type: 'boolean',
        default: false,
        description: 'Addresses without a code are good: whoever guesses their form writes others',
      },
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: {
    result: 'valid, expired, used_up or forged',
    address: 'The address without what it carries',
    date: 'The date, as 2026-12-31',
    attempts: 'The number of attempts',
  },
  compile({ result: wanted, separator, unsigned }, tools) {
    const secrets = Array.from(tools.list('secrets').entries(), ({ text }) => text)
    return async ({ recipient, ports: { clock, store } }) => {
      const limited = recipient?.address.kind === 'mailbox' ? readLimited(recipient.address, separator) : undefined
      if (!limited) return { truth: 'miss' }
      const isGood = unsigned ? limited.code === undefined || isSigned(limited, secrets) : isSigned(limited, secrets)
      const judged = isGood ? judge(limited, clock.now()) : 'forged'
      const asksToCount = judged === 'valid' && limited.attempts !== undefined && wanted.includes('used_up')
      const result = asksToCount ? await count(limited, store) : judged
      if (typeof result !== 'string') return { truth: 'unknown', because: result.because }
      const found = foundIn(limited, result)
      return { truth: wanted.includes(result) ? 'hit' : 'miss', because: `${result}, ${limited.written}`, found }
    }
  },
})

export interface Limited {
  readonly address: Mailbox
  /** The date or number as it stands in the address. */
  readonly written: string
  /** Milliseconds since the epoch. */
  readonly ends: number | undefined
  readonly attempts: number | undefined
  /** What the code is made of. */
  readonly signed: string
  readonly code: string | undefined
}

/** Undefined for an address without a date or number, or with a date that no calendar has. */
export function readLimited({ local, domain }: Mailbox, separator: string): Limited | undefined {
  const parts = local.split(separator)
  const code = CODE.test(parts.at(-1) ?? '') && limitIn(parts.at(-2)) ? parts.pop() : undefined
  const signed = `${localKey(parts.join(separator))}@${domain}`
  const written = parts.pop()
  const limit = limitIn(written)
  const address = mailbox(parts.join(separator), domain)
  if (!limit || written === undefined || parts.join('') === '' || !address) return undefined
  return { address, written, ...limit, signed, code: code?.toLowerCase() }
}

const DAY = /^(\d{4})(\d{2})(\d{2})$/
const ATTEMPTS = /^([1-9]\d{0,3})x$/i
const CODE = /^[0-9a-f]{8}$/i

function limitIn(text = ''): Pick<Limited, 'ends' | 'attempts'> | undefined {
  const attempts = ATTEMPTS.exec(text)?.[1]
  if (attempts !== undefined) return { ends: undefined, attempts: Number(attempts) }
  const [, year, month, day] = DAY.exec(text) ?? []
  const date = `${year}-${month}-${day}`
  const ends = Date.parse(`${date}T00:00:00Z`)
  return isDay(ends, date) ? { ends, attempts: undefined } : undefined
}

/** `Date.parse` takes 31 February for a day in March: what it made of the text must read as the text did. */
function isDay(time: number, written: string): boolean {
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(written)
}

function judge({ ends }: Limited, now: number): Result {
  return ends === undefined || now < ends ? 'valid' : 'expired'
}

/** Counts are kept for so long after the first attempt. */
const TEN_YEARS = 3650 * 24 * 60 * 60 * 1000

/** One more attempt. */
async function count(
  { signed, attempts = 0 }: Limited,
  store: Store | undefined,
): Promise<Result | { readonly because: string }> {
  if (!store) return { because: 'there is no store here' }
  const counted = await store.increment(`expiring_address ${signed}`, 1, TEN_YEARS)
  if (counted.kind === 'failed') return { because: `the store: ${counted.because}` }
  return counted.value > attempts ? 'used_up' : 'valid'
}

function foundIn({ address, ends, attempts }: Limited, result: Result): Record<string, string> {
  return {
    result,
    address: addressText(address),
    ...(ends !== undefined && { date: new Date(ends).toISOString().slice(0, 'YYYY-MM-DD'.length) }),
    ...(attempts !== undefined && { attempts: String(attempts) }),
  }
}

function isSigned({ signed, code = '' }: Limited, secrets: readonly string[]): boolean {
  return secrets.some((secret) => {
    const [given, good] = [Buffer.from(code), Buffer.from(codeFor(signed, secret))]
    return given.length === good.length && timingSafeEqual(given, good)
  })
}

export function codeFor(signed: string, secret: string): string {
  return createHmac('sha256', secret).update(signed).digest('hex').slice(0, 8)
}
