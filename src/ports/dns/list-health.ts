/**
 * Tries DNS lists (RFC 5782 section 5): at first sight of a zone, then every hour.
 *
 * A list that was given up answers for every name; so does a resolver that invents answers where there are none. Both hold
 * 127.0.0.1, which no list may, and would have all mail refused. One log line for each trial that fails.
 */
import type { Clock, DnsAnswer, ListHealth, ListProbe, Log, Resolver } from '../../core/ports.ts'

const HOUR = 3_600_000
/** After a trial that told nothing. */
const MINUTE = 60_000

export interface ListHealthPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly resolver: Resolver
  readonly log: Log
}

interface Trial {
  readonly at: number
  readonly fault: Promise<string | undefined>
  /** Milliseconds for which it counts. */
  lasts: number
}

/** Zones are those of the site's lists, so there are not many. */
export function openListHealth(ports: ListHealthPorts): ListHealth {
  const trials = new Map<string, Trial>()
  return {
    fault(zone, probe) {
      const key = `${probe.never}.${zone}`
      const known = trials.get(key)
      const age = known ? ports.clock.now() - known.at : 0
      if (known && age >= 0 && age < known.lasts) return known.fault
      const trial = begin(zone, probe, ports)
      trials.set(key, trial)
      return trial.fault
    },
  }
}

function begin(zone: string, probe: ListProbe, ports: ListHealthPorts): Trial {
  const trial: Trial = {
    at: ports.clock.now(),
    lasts: HOUR,
    fault: examine(zone, probe, ports, () => (trial.lasts = MINUTE)),
  }
  return trial
}

async function examine(
  zone: string,
  { never, always }: ListProbe,
  { resolver, log }: ListHealthPorts,
  tellsNothing: () => void,
): Promise<string | undefined> {
  const ask = (name: string): Promise<DnsAnswer> => resolver.resolve(`${name}.${zone}`, 'A')
  const [forbidden, required] = await Promise.all([ask(never), always === undefined ? undefined : ask(always)])
  if (forbidden.kind === 'failed') tellsNothing()
  if (forbidden.kind === 'found') {
    const because = `answers ${forbidden.records.join(', ')} for ${never}, which stands in no list (RFC 5782 section 5)`
    log.write('warn', { zone, because }, 'a DNS list is broken: what it lists does not count')
    return because
  }
  if (required?.kind === 'none') {
    const because = `has nothing for ${always}, which stands in every list (RFC 5782 section 5)`
    log.write('warn', { zone, because }, 'a DNS list may be dead, or not for us to ask')
  }
  return undefined
}
