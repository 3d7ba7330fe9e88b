/** What the client asked for by DSN (RFC 3461), for whoever comes next: checked again here, whoever let it in. */
import type { DeliveryJob, DeliveryOutcome } from '../core/delivery.ts'
import { type DsnTable, MAIL_DSN, RCPT_DSN } from '../core/mail/dsn.ts'

type Params = DeliveryJob['mailParams']

/** Refused when a parameter is malformed. */
export function malformedDsn({ mailParams, recipients }: DeliveryJob): DeliveryOutcome | undefined {
  const inRecipients = recipients.flatMap(({ params }) => malformed(params, RCPT_DSN))
  const [name] = [...malformed(mailParams, MAIL_DSN), ...inRecipients]
  return name === undefined
    ? undefined
    : { kind: 'refused', text: `The parameter ${name} is malformed`, status: '5.5.4' }
}

function malformed(params: Params, table: DsnTable): readonly string[] {
  const given = Object.entries(table).filter(([name]) => params.has(name))
  return given.filter(([name, isValid]) => !isValid(String(params.get(name)))).map(([name]) => name)
}

/** `RET=HDRS`, `ENVID=QQ314159`: those that were given, and are not malformed. */
export function mailDsn(params: Params): readonly string[] {
  return written(params, MAIL_DSN)
}

/** `NOTIFY=NEVER`, `ORCPT=rfc822;bob@example.org`. */
export function rcptDsn(params: Params): readonly string[] {
  return written(params, RCPT_DSN)
}

function written(params: Params, table: DsnTable): readonly string[] {
  const given = Object.entries(table).filter(([name, isValid]) => params.has(name) && isValid(String(params.get(name))))
  return given.map(([name]) => `${name}=${String(params.get(name))}`)
}
