/**
 * dnsbl: does a DNS list hold the address of the client?
 *
 * Asks `<reversed address>.<zone>` (RFC 5782 section 2.1; IPv6 by nibbles, section 2.4). White lists are asked the same way.
 */
import { reverseIp } from '../core/reverse-name.ts'
import { defineMatcher } from '../core/word.ts'
import { askZones, ZONE_FINDS, ZONES, zonesIn } from './ask-zones.ts'
import { TIMEOUT } from './options.ts'

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
    return (context) => askZones(context, zones, reverseIp(context.connection.remote.ip), timeout)
  },
})
