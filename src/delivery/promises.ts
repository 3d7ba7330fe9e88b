/**
 * What the client was promised for this message by an extension, and a target may not be able to keep.
 *
 * Such a message is refused whole: it is not cut, converted, or sent without what was asked for.
 */
import type { DeliveryJob, DeliveryOutcome } from '../core/delivery.ts'
import { bodyOf } from '../core/session.ts'
import { malformedDsn } from './dsn.ts'

export interface Abilities {
  /**
   * The message goes no further, or only where REQUIRETLS (RFC 8689) is understood, over TLS with a certificate that was
   * checked.
   */
  readonly keepsTls: boolean
}

/** Undefined when nothing stands in the way. */
export function unkept(job: DeliveryJob, { keepsTls }: Abilities): DeliveryOutcome | undefined {
  // Lines end in CRLF wherever we write to, so binary content (RFC 3030) would be changed.
  if (bodyOf(job) === 'BINARYMIME')
    return { kind: 'refused', text: 'Binary content cannot be passed on', status: '5.6.3' }
  if (job.mailParams.has('REQUIRETLS') && !keepsTls)
    return { kind: 'refused', text: 'REQUIRETLS cannot be passed on', status: '5.7.30' }
  return malformedDsn(job)
}
