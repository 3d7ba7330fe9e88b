/**
 * expiring_address: does the recipient carry a date before which mail is taken, `ann-20261231@example.org`?
 *
 * With secrets a code follows the date, `ann-20261231-1a2b3c4d`, so that nobody else can write such addresses: the first
 * eight hexadecimal digits of HMAC-SHA256 over `ann-20261231@example.org` in lower case. The day begins at midnight UTC.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Address, addressText, localKey, mailbox } from '../core/address.ts'
import { defineMatcher } from '../core/word.ts'

const RESULTS = ['valid', 'expired', 'forged'] as const
type Result = (typeof RESULTS)[number]

type Mailbox = Extract<Address, { readonly kind: 'mailbox' }>

export const expiringAddress = defineMatcher({
  name: 'expiring_address',
  summary: 'The recipient carries the date of its end',
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
        description: 'Which match: the date lies ahead, it does not, or the code behind it is wrong or missing',
      },
      separator: {
        type: 'string',
        minLength: 1,
        default: '-',
        description: 'What stands before the date and the code',
      },
      secrets: { 'x-list': 'string', description: 'Secrets for codes; each is good. Without one there are no codes' },
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: {
    result: 'valid, expired or forged',
    address: 'The address without date and code',
    date: 'The date, as 2026-12-31',
  },
  compile({ result: wanted, separator }, tools) {
    const secrets = Array.from(tools.list('secrets').entries(), ({ text }) => text)
    return ({ recipient, ports }) => {
      const dated = recipient?.address.kind === 'mailbox' ? readDated(recipient.address, separator) : undefined
      if (!dated) return { truth: 'miss' }
      const result = judge(dated, secrets, ports.clock.now())
      const found = { result, address: addressText(dated.address), date: dated.date }
      return { truth: wanted.includes(result) ? 'hit' : 'miss', because: `${result}, ${dated.date}`, found }
    }
  },
})

export interface Dated {
  readonly address: Mailbox
  readonly date: string
  readonly ends: number
  /** What the code is made of. */
  readonly signed: string
  readonly code: string | undefined
}

/** Undefined for an address without a date, or with one that no calendar has. */
export function readDated({ local, domain }: Mailbox, separator: string): Dated | undefined {
  const parts = local.split(separator)
  const code = CODE.test(parts.at(-1) ?? '') && DAY.test(parts.at(-2) ?? '') ? parts.pop() : undefined
  const signed = `${localKey(parts.join(separator))}@${domain}`
  const [, year, month, day] = DAY.exec(parts.pop() ?? '') ?? []
  const address = mailbox(parts.join(separator), domain)
  const date = `${year}-${month}-${day}`
  const ends = Date.parse(`${date}T00:00:00Z`)
  if (parts.join('') === '' || address?.kind !== 'mailbox' || !isDay(ends, date)) return undefined
  return { address, date, ends, signed, code: code?.toLowerCase() }
}

const DAY = /^(\d{4})(\d{2})(\d{2})$/
const CODE = /^[0-9a-f]{8}$/i

/** 31 February is no day, and some calendars make it one in March. */
function isDay(time: number, written: string): boolean {
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(written)
}

function judge(dated: Dated, secrets: readonly string[], now: number): Result {
  if (secrets.length > 0 && !secrets.some((secret) => isGood(dated, secret))) return 'forged'
  return now < dated.ends ? 'valid' : 'expired'
}

function isGood({ signed, code = '' }: Dated, secret: string): boolean {
  const [given, good] = [Buffer.from(code), Buffer.from(codeFor(signed, secret))]
  return given.length === good.length && timingSafeEqual(given, good)
}

export function codeFor(signed: string, secret: string): string {
  return createHmac('sha256', secret).update(signed).digest('hex').slice(0, 8)
}
