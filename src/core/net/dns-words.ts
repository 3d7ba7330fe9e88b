/** Answers of the DNS in the words of a session record: `["127.0.0.2"]`, `NXDOMAIN`, `TIMEOUT`, `SERVFAIL`. */
import type { DnsAnswer } from '../ports.ts'

/** Several records, one, or one of the three words. */
export type DnsWords = string | readonly string[]

export function inDnsWords(answer: DnsAnswer): DnsWords {
  if (answer.kind === 'found') return answer.records
  if (answer.kind === 'none') return 'NXDOMAIN'
  return /time/i.test(answer.because) ? 'TIMEOUT' : 'SERVFAIL'
}

export function fromDnsWords(words: DnsWords): DnsAnswer {
  if (typeof words !== 'string') return words.length > 0 ? { kind: 'found', records: words } : { kind: 'none' }
  if (words === 'NXDOMAIN') return { kind: 'none' }
  return words === 'TIMEOUT' || words === 'SERVFAIL'
    ? { kind: 'failed', because: words }
    : { kind: 'found', records: [words] }
}
