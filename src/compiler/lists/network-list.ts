/**
 * Lists of addresses and networks: `192.0.2.1`, `192.0.2.0/24`, `192.0.2.`, `2001:db8:`.
 *
 * Every address of a network is in it, the first and the last included. qpsmtpd's relay leaves those two out, and compares
 * IPv6 as text; its whitelist compares prefixes without regard to dots.
 */
import { canonicalDomain } from '../../core/mail/domain.ts'
import type { FactValue } from '../../core/fact.ts'
import {
  IP_PROBLEMS,
  type Ip,
  type IpFault,
  isIpFault,
  type Network,
  networkOf,
  parseIp,
  parseNetwork,
} from '../../core/net/ip.ts'
import type { ListEntry, ListIndex } from '../../core/list.ts'
import { EntryStore, type Expected, type RawEntry } from './entry-store.ts'
import { valuesOf } from './family.ts'
import { HashTable, hashNumbers } from './hash-table.ts'
import { duplicate, type Fault, fault, severalHelp } from './problem.ts'

export class NetworkList implements ListIndex {
  readonly kind = 'ip'
  readonly source: string
  readonly #store: EntryStore
  readonly #table: HashTable
  /** Prefix lengths that occur, for each version. A look-up tries these alone. */
  readonly #prefixes = { 4: new Set<number>(), 6: new Set<number>() }

  constructor(source: string, expected?: Expected) {
    this.source = source
    this.#store = new EntryStore(source, expected)
    this.#table = new HashTable(expected?.entries)
  }

  get size(): number {
    return this.#store.size
  }

  /** Answers with what is wrong with the entry, if anything; then it is not added. */
  add(raw: RawEntry, at: string): Fault | undefined {
    const network = parseNetwork(raw.text)
    if (isIpFault(network)) return networkFault(raw.text, network)
    const entry = this.#store.add(raw, at)
    this.#prefixes[network.version].add(network.prefix)
    const first = this.#entryOf(network)
    if (first >= 0) return duplicate(raw.text, this.#store.entry(first))
    this.#table.add(hashOf(network), entry)
    return undefined
  }

  #entryOf(network: Network): number {
    return this.#table.find(hashOf(network), (entry) => {
      const written = parseNetwork(this.#store.raw(entry).text)
      return !isIpFault(written) && isSame(written, network)
    })
  }

  seal(): void {
    this.#store.seal()
  }

  find(value: FactValue): ListEntry | undefined {
    const first = Math.min(...valuesOf(value).map((one) => this.#firstFor(one)))
    return first < this.#store.size ? this.#store.entry(first) : undefined
  }

  #firstFor(value: FactValue): number {
    const ip = typeof value === 'string' ? parseIp(value) : undefined
    return ip === undefined || isIpFault(ip) ? Number.POSITIVE_INFINITY : this.#firstAround(ip)
  }

  #firstAround(ip: Ip): number {
    let first = Number.POSITIVE_INFINITY
    for (const prefix of this.#prefixes[ip.version]) {
      const entry = this.#entryOf(networkOf(ip, prefix))
      if (entry >= 0 && entry < first) first = entry
    }
    return first
  }

  entries(): Iterable<ListEntry> {
    return this.#store.entries()
  }
}

function isSame(one: Network, other: Network): boolean {
  return one.version === other.version && one.prefix === other.prefix && one.value === other.value
}

function hashOf({ version, value, prefix }: Network): number {
  if (version === 4) return hashNumbers(prefix, value)
  return hashNumbers(prefix, ...[96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffffffffn)))
}

function networkFault(text: string, { problem, network }: IpFault): Fault {
  const [address = ''] = text.split('/')
  if (problem === 'host-bits') return hostBits(text, network ?? '')
  if (problem === 'leading-zero') return leadingZero(text)
  if (problem === 'too-few-parts')
    return {
      ...fault('NET203', `\`${text}\`: ${IP_PROBLEMS[problem]}`, `everything that begins so: \`${address}.\``),
      instead: [`${address}.`],
    }
  const help = severalHelp(text, (part) => !isIpFault(parseNetwork(part))) ?? nameHelp(text)
  return fault('NET202', `\`${text}\` is no IP address or network: ${IP_PROBLEMS[problem]}`, help)
}

function nameHelp(text: string): string | undefined {
  return canonicalDomain(text) !== undefined && /[a-z]/i.test(text)
    ? 'the name of a client is `remote_host`'
    : undefined
}

/** Which of the two was meant, nobody knows. */
function hostBits(text: string, network: string): Fault {
  const [address = '', prefix = ''] = text.split('/')
  const one = `${address}/${address.includes(':') ? 128 : 32}`
  return {
    ...fault(
      'NET201',
      `\`${text}\` has host bits set below the /${prefix} prefix`,
      `the whole network: \`${network}\`\nthis one address: \`${one}\``,
    ),
    label: hostBitsOf(address, network),
    instead: [network, one],
  }
}

/** `host bits: .77` */
function hostBitsOf(address: string, network: string): string {
  const sign = address.includes(':') ? ':' : '.'
  const [parts, kept] = [address.split(sign), network.split(/[/]/)[0]?.split(sign) ?? []]
  const first = parts.findIndex((part, index) => part !== kept[index])
  return first < 0 ? 'host bits' : `host bits: ${sign}${parts.slice(first).join(sign)}`
}

const ZEROS = /\b0+(?=\d)/g

function leadingZero(text: string): Fault {
  const decimal = text.replace(ZEROS, '')
  const octal = text.replace(/\b0[0-7]+\b/g, (digits) => String(Number.parseInt(digits, 8)))
  const choices = octal === decimal || isIpFault(parseNetwork(octal)) ? [decimal] : [decimal, octal]
  return {
    ...fault(
      'NET203',
      `ambiguous IPv4 address \`${text}\`: leading zero`,
      `write ${choices.map((one) => `\`${one}\``).join(' or ')}`,
    ),
    instead: choices,
    ...(choices.length === 1 && { isSure: true as const }),
    ...(octal !== decimal && { label: `decimal ${decimal} or octal ${octal}?` }),
  }
}
