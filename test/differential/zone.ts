/** What the DNS says to both programs. */
import type { RecordType } from '../../src/core/ports.ts'
import type { Answering } from '../support/dns-server.ts'

const RECORDS: Readonly<Record<string, readonly string[]>> = {
  '6.0.0.127.in-addr.arpa PTR': ['client.example'],
  '1.0.0.127.in-addr.arpa PTR': ['client.example'],
  'client.example A': ['127.0.0.1'],
  'friend.example A': ['127.0.0.6'],
  'spammer.example A': ['127.0.0.9'],
  '5.0.0.127.bl.example A': ['127.0.0.2'],
  '5.0.0.127.bl.example TXT': ['on our list'],
  '1.0.2.127.bl.example A': ['127.0.0.2'],
  '1.0.2.127.bl.example TXT': ['on our list'],
  '6.0.0.127.bl.example A': ['127.0.0.2'],
  '6.0.0.127.bl.example TXT': ['on our list'],
  '2.0.0.127.bl.example A': ['127.0.0.2'],
  '2.0.0.127.bl.example TXT': ['test'],
  'test.dsn.example A': ['127.0.0.2'],
  'test.dsn.example TXT': ['test'],
  'listed.example.dsn.example A': ['127.0.0.2'],
  'listed.example.dsn.example TXT': ['sends no bounces'],
  '9.0.0.127.wl.example A': ['127.0.0.2'],
  '9.0.0.127.wl.example TXT': ['well known'],
  '2.0.0.127.wl.example A': ['127.0.0.2'],
  '2.0.0.127.wl.example TXT': ['test'],
  ...mailDomain('ok.example', '198.51.100.1'),
  ...mailDomain('spam.example', '198.51.100.2'),
  ...mailDomain('vip.example', '198.51.100.3'),
  ...mailDomain('listed.example', '198.51.100.4'),
  ...mailDomain('spf-fail.example', '198.51.100.5', 'v=spf1 ip4:198.51.100.5 -all'),
  ...mailDomain('spf-softfail.example', '198.51.100.6', 'v=spf1 mx ~all'),
  ...mailDomain('spf-neutral.example', '198.51.100.7', 'v=spf1 a ?all'),
  ...mailDomain('spf-pass.example', '198.51.100.8', 'v=spf1 ip4:127.0.0.0/16 -all'),
  ...mailDomain('spf-broken.example', '198.51.100.9', 'v=spf1 ip4:nonsense -all'),
  'mx-only.example MX': ['10 mx.ok.example'],
  'inside.example MX': ['10 mx.inside.example'],
  'mx.inside.example A': ['127.0.0.25'],
}

function mailDomain(name: string, address: string, spf?: string): Readonly<Record<string, readonly string[]>> {
  return {
    [`${name} MX`]: [`10 mx.${name}`],
    [`mx.${name} A`]: [address],
    [`${name} A`]: [address],
    ...(spf !== undefined && { [`${name} TXT`]: [spf] }),
  }
}

const NAMES = new Set(Object.keys(RECORDS).map((key) => key.split(' ')[0]))

export const answering: Answering = (name: string, type: RecordType) =>
  RECORDS[`${name} ${type}`] ?? (NAMES.has(name) ? [] : 'NXDOMAIN')
