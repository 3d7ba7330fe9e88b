/**
 * Which servers may take the message, in the order to try them: those that the site names, or those of a domain's MX
 * records (RFC 5321 section 5.1).
 */
import type { Resolver } from '../../core/ports.ts'
import { HostFault } from './host-fault.ts'
import type { Peer } from './peer.ts'

export type Route =
  | { readonly kind: 'peers'; readonly peers: readonly Peer[] }
  | { readonly kind: 'mx'; readonly domain: string; readonly port: number }

/** More addresses are not tried for one message. */
const MOST_PEERS = 20

/**
 * At least one. Throws a HostFault when the domain has no server, or DNS does not tell: both are faults of this site or of
 * its DNS, not of the message.
 */
export async function peersOf(route: Route, resolver: Resolver, hostname: string): Promise<readonly Peer[]> {
  if (route.kind === 'peers') return route.peers
  const names = await exchangers(route.domain, resolver, hostname)
  const found = await Promise.all(names.map((name) => addressesOf(name, resolver)))
  const peers = found.flatMap(({ addresses, name }) =>
    addresses.map((host): Peer => ({ kind: 'host', host, port: route.port, name })),
  )
  if (peers.length === 0) throw noRoute(found.some(({ failed }) => failed))
  return peers.slice(0, MOST_PEERS)
}

async function exchangers(domain: string, resolver: Resolver, hostname: string): Promise<readonly string[]> {
  const answer = await resolver.resolve(domain, 'MX')
  if (answer.kind === 'failed') throw noRoute(true)
  // RFC 5321 section 5.1: the domain itself when it has no MX record.
  if (answer.kind === 'none') return [domain]
  const records = answer.records.map(readMx).toSorted((left, right) => left.preference - right.preference)
  // Nobody as far from the goal as we are: the message would come back.
  const ours = records.find(({ name }) => name === hostname.toLowerCase())?.preference ?? Number.POSITIVE_INFINITY
  // RFC 7505: a single dot takes no mail.
  return records.filter(({ name, preference }) => name !== '' && preference < ours).map(({ name }) => name)
}

function readMx(record: string): { readonly preference: number; readonly name: string } {
  const [preference = '', name = ''] = record.split(' ')
  return { preference: Number(preference), name: name.toLowerCase().replace(/\.$/, '') }
}

interface Found {
  readonly name: string
  readonly addresses: readonly string[]
  readonly failed: boolean
}

async function addressesOf(name: string, resolver: Resolver): Promise<Found> {
  const answers = await Promise.all([resolver.resolve(name, 'A'), resolver.resolve(name, 'AAAA')])
  return {
    name,
    addresses: answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : [])),
    failed: answers.some(({ kind }) => kind === 'failed'),
  }
}

function noRoute(failed: boolean): HostFault {
  return failed
    ? new HostFault('The next server could not be looked up', '4.4.3')
    : new HostFault('There is no next server', '4.4.4')
}
