/**
 * DNS through node:dns (c-ares): three kinds of answers, and limits around them.
 *
 * NXDOMAIN and an empty answer are `none`; SERVFAIL, REFUSED, time-outs and answers of absurd size are `failed`, which
 * tells nothing about the name. c-ares neither caches nor joins equal questions, and packets are lost when thousands are
 * asked at once; the layers above it do the first two and prevent the third.
 */
import { promises } from 'node:dns'
import type { Clock, DnsAnswer, RecordType, Resolver } from '../../core/ports.ts'
import { errorCode } from '../../core/reason.ts'
import { boundedResolver } from './bounded-resolver.ts'
import { cachingResolver } from './caching-resolver.ts'

export interface DnsOptions {
  /** `192.0.2.53`, `[2001:db8::53]:5353`; none means the system's. Throws a TypeError for what is no address. */
  readonly servers: readonly string[]
  /** Milliseconds for one attempt at one server. */
  readonly timeout: number
  readonly attempts: number
}

/** Questions at the same time, all sessions together. Most answers are there within the moment. */
const BURST = { most: 200, milliseconds: 250 }
/** Long enough for the rules of one session and its neighbours in a burst, too short to hide a change. */
const CACHE = { milliseconds: 5000, answers: 10_000, octets: 16 * 1024 * 1024 }
/** No honest name has more, and each one is a comparison or a further look-up. */
const MOST_RECORDS = 500

/** What production uses: cache, then the bound, then the network. */
export function openResolver(options: DnsOptions, clock: Clock): Resolver {
  const bounded = boundedResolver(dnsResolver(options), BURST, clock)
  return cachingResolver(bounded, clock, CACHE)
}

type Query = (resolver: promises.Resolver, name: string) => Promise<readonly string[]>

const QUERIES: Readonly<Record<RecordType, Query>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  PTR: (resolver, name) => resolver.resolvePtr(name),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((strings) => strings.join('')),
  NS: (resolver, name) => resolver.resolveNs(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
}

/** Every question goes to the network, at once. */
export function dnsResolver({ servers, timeout, attempts }: DnsOptions): Resolver {
  // Without maxTimeout c-ares doubles the time at each attempt.
  const resolver = new promises.Resolver({ timeout, tries: attempts, maxTimeout: timeout })
  if (servers.length > 0) resolver.setServers(servers)
  return { resolve: (name, type) => ask(resolver, name, type) }
}

async function ask(resolver: promises.Resolver, name: string, type: RecordType): Promise<DnsAnswer> {
  try {
    const records = await QUERIES[type](resolver, name)
    if (records.length === 0) return { kind: 'none' }
    return records.length > MOST_RECORDS ? failed('too many records') : { kind: 'found', records }
  } catch (error) {
    // `ESERVFAIL`, `ETIMEOUT`, …: words of c-ares, never of the server.
    const code = errorCode(error)
    return code === 'ENOTFOUND' || code === 'ENODATA' ? { kind: 'none' } : failed(code ?? 'unexpected error')
  }
}

function failed(because: string): DnsAnswer {
  return { kind: 'failed', because }
}
