/**
 * The first tests of an imported site: who is on its lists and who is not, who may relay, and what each plugin is there
 * to refuse.
 *
 * They are candidates: what the other program's files say alone does not tell whether another rule answers first. Who
 * writes the site asks it, and keeps those that hold.
 */
import { isIpFault, networkContains, parseIp, parseNetwork } from '../../core/net/ip.ts'
import type { Fields, TestDraft } from './draft.ts'

export const FIRST_TESTS = 'first.test.yaml'

/** Somebody who would be refused for certain. */
export interface Example {
  readonly of: 'remote_ip' | 'remote_host' | 'helo' | 'sender' | 'rcpt'
  readonly value: string
  /** The list that they are on, for the name of the test. */
  readonly list: string
}

export interface FirstTests {
  /** Name of the other program. */
  readonly program: string
  /** URLs of lists outside. */
  readonly sources?: readonly string[]
  /** Of clients that may relay. */
  readonly networks?: readonly string[]
  /** Of clients that are known otherwise: no strangers. */
  readonly known?: readonly string[]
  /** A domain that mail is accepted for; without one only relaying is tested. */
  readonly ours: string | undefined
  readonly examples: readonly Example[]
}

export interface Candidate extends TestDraft {
  /** It holds, or something is wrong with the site. */
  readonly isCertain?: true
  /** The recipient to whom all the others of theirs compare; where mail to them is not accepted, a refusal says nothing. */
  readonly to?: string
}

export interface Candidates {
  readonly suite: string
  readonly given: Fields
  readonly tests: readonly Candidate[]
}

/** Words that ask the world, with what they say about somebody without a blemish. */
const UNSUSPICIOUS: Fields = {
  dnsbl: 'miss',
  rhsbl: 'miss',
  fcrdns: 'hit',
  resolvable: 'hit',
  dns: 'miss',
  rate: 'miss',
  helo_matches: 'hit',
  spf: 'miss',
  early_talker: 'miss',
  load: 'miss',
  chance: 'miss',
  geoip: 'miss',
  p0f: 'miss',
}

/** What plugins look for in strangers: with one of these a session is refused that was accepted without. */
const BLEMISHES: Readonly<Record<string, Fields>> = {
  'a client on a list of DNS (dnsbl)': { answers: { dnsbl: 'hit' } },
  'a sender on a list of DNS (rhsbl)': { answers: { rhsbl: 'hit' } },
  'a client whose name does not lead back (fcrdns)': { answers: { fcrdns: 'miss' } },
  'a sender without a mail server (resolvable)': { answers: { resolvable: 'miss' } },
  'a HELO name of somebody else (helo_matches)': { answers: { helo_matches: 'miss' } },
  'a client that SPF forbids (spf)': { answers: { spf: { truth: 'hit', found: { result: 'fail' } } } },
  'a client that speaks before its turn (early_talker)': { answers: { early_talker: 'hit' } },
  'a client that calls too often (rate)': { answers: { rate: 'hit' } },
  'a HELO name without a dot': { helo: 'stranger' },
  'a HELO name that is an address': { helo: '198.51.100.251' },
  'a sender without a domain': { sender: 'someone@stranger' },
  'a sender who is nobody': { sender: '' },
}

/** Addresses for documentation (RFC 5737), and one for measurements (RFC 2544). */
const STRANGERS = ['203.0.113.250', '198.51.100.250', '192.0.2.250', '198.18.250.250']
const ELSEWHERE = 'someone@elsewhere.invalid'

/** Undefined when no address is a stranger's. */
export function firstTests({
  program,
  sources = [],
  networks = [],
  known = [],
  ours,
  examples,
}: FirstTests): Candidates | undefined {
  const stranger = STRANGERS.find((ip) => ![...networks, ...known].some((network) => contains(network, ip)))
  if (stranger === undefined) return undefined
  const given: Fields = {
    remote_ip: stranger,
    remote_host: 'mail.stranger.invalid',
    helo: 'mail.stranger.invalid',
    sender: 'someone@stranger.invalid',
    answers: UNSUSPICIOUS,
    ...(sources.length > 0 && { sources: Object.fromEntries(sources.map((url) => [url, {}])) }),
  }
  const relay: Candidate = {
    isCertain: true,
    name: 'a stranger may not relay',
    given: { rcpt: ELSEWHERE },
    expect: { accepted: [] },
  }
  const domain =
    ours === undefined ? [] : ['someone', 'postmaster'].flatMap((user) => toUser(`${user}@${ours}`, examples))
  return { suite: `what came from ${program}`, given, tests: [relay, ...relaying(networks), ...domain] }
}

function contains(network: string, ip: string): boolean {
  const [parsed, address] = [parseNetwork(network), parseIp(ip)]
  return !isIpFault(parsed) && !isIpFault(address) && networkContains(parsed, address)
}

function relaying(networks: readonly string[]): readonly Candidate[] {
  const client = networks.map((network) => network.split('/')[0] ?? '').find((ip) => !isIpFault(parseIp(ip)))
  if (client === undefined) return []
  const given = { remote_ip: client, rcpt: ELSEWHERE }
  return [{ name: `${client} may relay`, given, expect: { accepted: [ELSEWHERE] } }]
}

/** The first says that mail to them is accepted. Where nobody else is known, postmaster is. */
function toUser(to: string, examples: readonly Example[]): readonly Candidate[] {
  const blemished = Object.entries(BLEMISHES).map(([who, given]) => refused(who, to, given))
  return [
    accepted(`mail to ${to} is accepted`, to, { rcpt: to }),
    ...examples.flatMap((one) => listedAndNot(one, to)),
    ...blemished,
  ]
}

function accepted(name: string, to: string, given: Fields & { readonly rcpt: string }): Candidate {
  return { to, name, given, expect: { accepted: [given.rcpt] } }
}

function refused(who: string, to: string, given: Fields): Candidate {
  return { to, name: `${who} is refused`, given: { rcpt: to, ...given }, expect: { accepted: [] } }
}

function listedAndNot({ of, value, list }: Example, to: string): readonly Candidate[] {
  const listed = refused(`${value} (${list})`, to, { [of]: value })
  const other = unlike(of, value)
  if (other === undefined) return [listed]
  return [listed, accepted(`${other} is not (${list})`, to, { rcpt: to, [of]: other })]
}

/** Somebody next to them. */
function unlike(of: Example['of'], value: string): string | undefined {
  const [, before = '', last = ''] = /^(.*\.)(\d+)$/.exec(value) ?? []
  if (of === 'remote_ip') return last === '' ? undefined : `${before}${(Number(last) + 1) % 256}`
  return of === 'sender' ? value.replace('@', '@unlisted-') : `unlisted-${value}`
}
