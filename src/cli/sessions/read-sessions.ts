/** Sessions to explain: from flags, or from JSON with one object, or one a line. */
import { parseMailbox } from '../../core/mail/address.ts'
import { canonicalIp } from '../../core/net/ip.ts'
import { checkWithAjv } from '../../language/ajv.ts'
import { toJsonSchema } from '../../language/schema/json-schema.ts'
import { SESSION_SCHEMA } from '../../language/files/session-schema.ts'
import type { SessionRecord } from '../../testing/session-record.ts'
import { bareAddress } from '../../testing/walk-parts.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { parseJson } from '../parse-json.ts'
import { readInput } from '../read-input.ts'

export interface SessionFlags {
  readonly session?: string
  readonly ip?: string
  readonly host?: string
  readonly helo?: string
  readonly from?: string
  readonly rcpt?: readonly string[]
  readonly eml?: string
  readonly dns?: readonly string[]
  readonly relayClient?: boolean
}

export async function readSessions(flags: SessionFlags): Promise<readonly SessionRecord[]> {
  if (flags.session !== undefined) return parseSessions(await readInput(flags.session), flags.session)
  const record = fromFlags(flags)
  return Object.keys(record).length > 0 ? [record] : []
}

function fromFlags({ ip, host, helo, from, rcpt, eml, dns, relayClient }: SessionFlags): SessionRecord {
  if (ip !== undefined && canonicalIp(ip) === undefined) throw wrong('--ip', ip, 'IP address')
  for (const [flag, address] of [['--from', from] as const, ...(rcpt ?? []).map((one) => ['--rcpt', one] as const)])
    if (address !== undefined && !isAddress(address)) throw wrong(flag, address, 'mail address')
  return {
    ...(ip !== undefined && { remote_ip: ip }),
    ...(host !== undefined && { remote_host: host }),
    ...(helo !== undefined && { helo }),
    ...(from !== undefined && { sender: from }),
    ...(rcpt !== undefined && { rcpt }),
    ...(eml !== undefined && { message: eml }),
    ...(dns !== undefined && { dns: Object.fromEntries(dns.map(answerIn)) }),
    ...(relayClient === true && { relay_client: true }),
  }
}

function isAddress(text: string): boolean {
  const bare = bareAddress(text)
  return bare === '' || bare.toLowerCase() === 'postmaster' || parseMailbox(bare) !== undefined
}

function wrong(flag: string, value: string, what: string): CommandError {
  return new CommandError(`\`${flag}\`: \`${value}\` is no ${what}`, EXIT.usage)
}

function answerIn(answer: string): [string, string | readonly string[]] {
  const split = answer.indexOf('=')
  if (split < 0) throw new CommandError(`--dns takes "NAME TYPE=ANSWER", not ${answer}`, EXIT.usage)
  const value = answer.slice(split + 1)
  return [answer.slice(0, split), /^(TIMEOUT|SERVFAIL|NXDOMAIN)$/.test(value) ? value : [value]]
}

/** One JSON document, else one a line. */
function parseSessions(input: string, file: string): readonly SessionRecord[] {
  const whole = parseJson(input)
  if (whole !== undefined)
    return (Array.isArray(whole) ? whole : [whole]).map((value: unknown) => checked(value, file, 1))
  return input.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const value = parseJson(line)
    if (value === undefined)
      throw new CommandError(`${file}:${index + 1}: this is not JSON; docs/session.md shows what a session is`)
    return [checked(value, file, index + 1)]
  })
}

const CLOSED_SESSION = toJsonSchema(SESSION_SCHEMA, { params: false })

function checked(value: unknown, file: string, line: number): SessionRecord {
  const [fault] = checkWithAjv(CLOSED_SESSION, value)
  if (fault)
    throw new CommandError(
      `${file}:${line}: ${fault.path === '' ? 'the session' : fault.path} ${fault.message}; docs/session.md shows the shape`,
    )
  return value as SessionRecord
}
