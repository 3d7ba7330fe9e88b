/**
 * DNS lists that are closed, by the last year in which they answered as they should. Asking them costs time at best; several
 * have listed every address there is to be noticed. From the announcements of their operators; docs/analysis.md has the table.
 */
import type { Finding, Span } from '../../language/diagnostic.ts'

const CLOSED: ReadonlyMap<string, number> = new Map([
  ['relays.osirusoft.com', 2003],
  ['relays.ordb.org', 2006],
  ['opm.blitzed.org', 2006],
  ['dsbl.org', 2008],
  ['rfc-ignorant.org', 2012],
  ['njabl.org', 2013],
  ['ahbl.org', 2015],
  ['bl.spamcannibal.org', 2018],
  ['dnsbl.inps.de', 2020],
  ['sorbs.net', 2024],
  ['ix.dnsbl.manitu.net', 2025],
])

/** The year in which the zone, or one above it, was closed. */
export function closedSince(zone: string): number | undefined {
  for (let name = zone.toLowerCase(); name !== ''; name = name.split('.').slice(1).join('.')) {
    const year = CLOSED.get(name)
    if (year !== undefined) return year
  }
  return undefined
}

/** LST612; undefined for a zone that is not known to be closed. */
export function closedZone(zone: string, at: Span): Finding | undefined {
  const year = closedSince(zone)
  if (year === undefined) return undefined
  return {
    code: 'LST612',
    severity: 'warning',
    at,
    message: `the DNS list \`${zone}\` was closed in ${year}`,
    help: 'delete it: it lists nobody, or everybody',
  }
}
