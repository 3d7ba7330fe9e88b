/** `zone=127.0.0.[2..11;13]`: which answers of a DNS list count (postconf(5), reject_rbl_client). */

export interface ZoneFilter {
  readonly zone: string
  /** What the answer must look like; undefined when each counts. */
  readonly regex: string | undefined
}

const MOST_NUMBERS = 256

export function zoneIn(text: string): ZoneFilter {
  const equals = text.indexOf('=')
  const zone = (equals < 0 ? text : text.slice(0, equals)).replace(/\.$/, '')
  if (equals < 0) return { zone, regex: undefined }
  const octets = text.slice(equals + 1).match(/\[[^\]]*\]|\d+/g) ?? []
  return { zone, regex: `^${octets.map(octetFor).join('\\.')}$` }
}

function octetFor(text: string): string {
  if (!text.startsWith('[')) return text
  const numbers = text.slice(1, -1).split(';').flatMap(range)
  return numbers.length === MOST_NUMBERS ? '[0-9]+' : `(${numbers.join('|')})`
}

function range(text: string): readonly number[] {
  const [from = 0, to = from] = text.split('..').map((one) => Math.min(MOST_NUMBERS - 1, Number.parseInt(one, 10) || 0))
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
