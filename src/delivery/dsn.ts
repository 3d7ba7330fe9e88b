/**
 * What the client asked for by DSN (RFC 3461), for whoever comes next.
 *
 * Values are checked here again, whoever let them in: they become part of commands, arguments and files.
 */
import type { DeliveryJob, DeliveryOutcome } from '../core/delivery.ts'
import { isXtext } from '../core/xtext.ts'

type Params = DeliveryJob['mailParams']
type Table = ReadonlyMap<string, (value: string) => boolean>

/** RFC 3461 sections 4.3 and 4.4. */
const MAIL: Table = new Map([
  ['RET', (value) => /^(?:FULL|HDRS)$/i.test(value)],
  ['ENVID', (value) => value !== '' && value.length <= 100 && isXtext(value)],
])

const NOTIFY = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i
/** RFC 3461 sections 4.1 and 4.2; the type utf-8 (RFC 6533) writes its address in ASCII too. */
const RCPT: Table = new Map([
  ['NOTIFY', (value) => NOTIFY.test(value)],
  [
    'ORCPT',
    (value) => {
      const [, address] = /^[A-Za-z0-9-]{1,60};(.{1,440})$/.exec(value) ?? []
      return address !== undefined && isXtext(address)
    },
  ],
])

/** Refused when a parameter is malformed. */
export function malformedDsn({ mailParams, recipients }: DeliveryJob): DeliveryOutcome | undefined {
  const inRecipients = recipients.flatMap(({ params }) => malformed(params, RCPT))
  const [name] = [...malformed(mailParams, MAIL), ...inRecipients]
  return name === undefined
    ? undefined
    : { kind: 'refused', text: `The parameter ${name} is malformed`, status: '5.5.4' }
}

function malformed(params: Params, table: Table): readonly string[] {
  const given = [...table].filter(([name]) => params.has(name))
  return given.filter(([name, isValid]) => !isValid(String(params.get(name)))).map(([name]) => name)
}

/** `RET=HDRS`, `ENVID=QQ314159`: those that were given, and are not malformed. */
export function mailDsn(params: Params): readonly string[] {
  return written(params, MAIL)
}

/** `NOTIFY=NEVER`, `ORCPT=rfc822;bob@example.org`. */
export function rcptDsn(params: Params): readonly string[] {
  return written(params, RCPT)
}

function written(params: Params, table: Table): readonly string[] {
  const given = [...table].filter(([name, isValid]) => params.has(name) && isValid(String(params.get(name))))
  return given.map(([name]) => `${name}=${String(params.get(name))}`)
}
