/**
 * dnsbl: does a DNS list hold the address of the client?
 *
 * Asks `<reversed address>.<zone>` (RFC 5782 section 2.1; IPv6 by nibbles, section 2.4). White lists are asked the same way.
 */
import type { Ip } from '../core/net/ip.ts'
import type { ListProbe } from '../core/ports.ts'
import { reverseIp } from '../core/net/reverse-name.ts'
import { defineMatcher } from '../core/word.ts'
import { askZones, ZONE_FINDS, ZONES, zonesIn } from './shared/ask-zones.ts'
import { clientIp } from './shared/dns-look-up.ts'
import { TIMEOUT } from './shared/options.ts'

/** RFC 5782 section 5: 127.0.0.1 and 127.0.0.2, in IPv6 as mapped addresses. Many lists have no entries for IPv6 at all. */
const PROBES: Readonly<Record<Ip['version'], ListProbe>> = {
  4: { never: '1.0.0.127', always: '2.0.0.127' },
  6: { never: `1.0.0.0.0.0.f.7.f.f.f.f${'.0'.repeat(20)}` },
}

/** For 127.0.0.1 itself: a site may well list it in a zone of its own. */
const LOCAL_PROBE: ListProbe = { never: 'invalid' }

export const dnsbl = defineMatcher({
  name: 'dnsbl',
  summary: 'The address of the client is in a DNS block list',
  reference: 'RFC 5782 section 2; qpsmtpd plugins dnsbl, dns_whitelist_soft',
  stage: 'accept',
  options: {
    type: 'object',
    properties: { zones: ZONES, timeout: TIMEOUT },
    required: ['zones'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: ZONE_FINDS,
  compile({ timeout }, tools) {
    const zones = zonesIn(tools.list('zones'))
    return (context) => {
      const subject = reverseIp(context.connection.remote.ip)
      const probe = subject === PROBES[4].never ? LOCAL_PROBE : PROBES[clientIp(context).version]
      return askZones(context, { zones, subject, probe, milliseconds: timeout })
    }
  },
})
