/** `--live-dns`: what a session does not answer is put to the DNS servers of this machine. */
import { type DnsAnswer, RECORD_TYPES } from '../../core/ports.ts'
import { openResolver } from '../../ports/dns/dns-resolver.ts'
import { systemClock } from '../../ports/system-clock.ts'

/** Of one server, milliseconds. */
const PATIENCE = 5000

/** Asks `NAME TYPE`. Never rejects. */
export function liveDns(): (question: string) => Promise<DnsAnswer> {
  const resolver = openResolver({ servers: [], timeout: PATIENCE, attempts: 1 }, systemClock())
  return async (question) => {
    const [name = '', wanted] = question.split(' ')
    const type = RECORD_TYPES.find((one) => one === wanted)
    return type ? resolver.resolve(name, type) : { kind: 'failed', because: 'no such type' }
  }
}
