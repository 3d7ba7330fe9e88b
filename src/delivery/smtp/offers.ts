/** What the next server offers in its answer to EHLO or LHLO (RFC 5321 section 4.1.1.1). */
import type { Reply } from './reply.ts'

/** Keywords in upper case, with their parameters as written. */
export type Offers = ReadonlyMap<string, string>

export function offersOf({ lines }: Reply): Offers {
  return new Map(
    lines.slice(1).map((line) => {
      const [keyword = '', ...parameters] = line.split(' ')
      return [keyword.toUpperCase(), parameters.join(' ')]
    }),
  )
}

/** The parameters of a keyword, in upper case: mechanisms of AUTH, attributes of XCLIENT. */
export function offered(offers: Offers, keyword: string): ReadonlySet<string> {
  const words = (offers.get(keyword) ?? '').toUpperCase().split(' ')
  return new Set(words.filter((word) => word !== ''))
}

/** The largest message it takes, in octets (RFC 1870 section 4); undefined when it names no limit. */
export function sizeLimit(offers: Offers): number | undefined {
  const [limit] = /^[1-9][0-9]{0,14}$/.exec(offers.get('SIZE') ?? '') ?? []
  return limit === undefined ? undefined : Number(limit)
}
