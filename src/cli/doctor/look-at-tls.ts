/**
 * Certificates as clients will see them: there, and valid for some time yet. What else can be wrong with them is found
 * at load.
 */
import { X509Certificate } from 'node:crypto'
import type { Service } from '../../core/service.ts'
import { error, type Finding, ok, warning } from './finding.ts'

const DAY = 86_400_000
/** Automatic renewals come a month before the end; one that has not come by now does not. */
const FEW_DAYS = 14

export function lookAtTls(listener: string, { tls }: Service, now: number): readonly Finding[] {
  const about = `TLS of listener ${listener}`
  if (tls.mode === 'none') return []
  if (tls.mode === 'unavailable') return [error(about, 'its certificate or key is not there: nobody can be served')]
  return tls.settings.certificates.map(({ chain, names }) => lookAtCertificate(about, chain, names, now))
}

function lookAtCertificate(about: string, chain: string, names: readonly string[], now: number): Finding {
  const { validToDate, subject } = new X509Certificate(chain)
  const days = Math.floor((validToDate.getTime() - now) / DAY)
  const until = `the certificate of ${names.join(', ') || subject.replaceAll('\n', ', ')} is valid until ${validToDate.toISOString().slice(0, 10)}`
  if (days < 0) return error(about, until, 'renew it')
  return days < FEW_DAYS
    ? warning(about, `${until}, ${days} days from now`, 'is it renewed by itself?')
    : ok(about, until)
}
