/**
 * rhsbl: does a DNS list hold a domain, such as that of the sender?
 *
 * Asks `<domain>.<zone>` (RFC 5782 section 3) for the exact name, not for its parents. The null sender, address literals and
 * what is no domain name are in no list.
 */
import { canonicalDomain } from '../core/mail/domain.ts'
import type { ListProbe } from '../core/ports.ts'
import { Unknown } from '../core/truth.ts'
import { defineMatcher } from '../core/word.ts'
import { askZones, ZONE_FINDS, ZONES, zonesIn } from './shared/ask-zones.ts'
import { nameOf, OF, stageOfName, TIMEOUT } from './shared/options.ts'

/** RFC 5782 section 5. That TEST stands in every list is not what lists of domains do. */
const PROBE: ListProbe = { never: 'invalid' }

export const rhsbl = defineMatcher({
  name: 'rhsbl',
  summary: 'The domain of the sender, or another name, is in a DNS block list',
  reference: 'RFC 5782 section 3; qpsmtpd plugin rhsbl',
  stage: 'connection',
  stageOf: ({ of }) => stageOfName(of),
  options: {
    type: 'object',
    properties: { zones: ZONES, of: OF, timeout: TIMEOUT },
    required: ['zones'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: ZONE_FINDS,
  compile({ of, timeout }, tools) {
    const zones = zonesIn(tools.list('zones'))
    return (context) => {
      const name = nameOf(of, context)
      if (name instanceof Unknown) return { truth: 'unknown', because: name.because }
      const domain = name === undefined ? undefined : canonicalDomain(name)
      if (domain === undefined) return { truth: 'miss' }
      return askZones(context, { zones, subject: domain, probe: PROBE, milliseconds: timeout })
    }
  },
})
