/** The options that smtp_forward and lmtp share, and the settings that they mean. */
import type { FromSchema, Schema } from '../../core/schema.ts'
import { checkTimeout } from '../options.ts'
import type { ForwardSettings } from './forwarder.ts'
import { TLS_MODES, type TlsMode } from './tls.ts'

export const CONNECTION_OPTIONS = {
  tls: {
    type: 'string',
    enum: TLS_MODES,
    description:
      '`none`; `opportunistic`: STARTTLS when it works; `required`: STARTTLS or nothing; `implicit`: TLS at once',
  },
  verify: {
    type: 'boolean',
    description: 'Whether the certificate must be good. Default: when TLS is required or implicit',
  },
  ca_file: {
    type: 'string',
    'x-path': true,
    description: "Authorities that certificates are checked with (PEM), for the system's",
  },
  tls_name: { type: 'string', description: "The name in the certificate, for the host's" },
  user: { type: 'string', minLength: 1, description: 'Log in as this user (AUTH PLAIN or LOGIN)' },
  password_file: { type: 'string', 'x-path': true, description: 'File whose first line is the password' },
  password_in_clear: {
    type: 'boolean',
    default: false,
    description: 'Whether the password may leave without TLS',
  },
  xforward: {
    type: 'boolean',
    default: false,
    description: "Name our client for the next server's log, if it offers it",
  },
  timeout: {
    type: 'string',
    format: 'duration',
    default: '60s',
    description: 'Time for each step but the last: connect, each reply, each piece of the content',
  },
  deadline: {
    type: 'string',
    format: 'duration',
    default: '5m',
    description: 'Time for the whole delivery, and so for the answer to the content',
  },
  idle_connections: {
    type: 'integer',
    minimum: 0,
    default: 10,
    description: 'Connections kept open for the next message; 0 closes each after its message',
  },
  idle_timeout: {
    type: 'string',
    format: 'duration',
    default: '30s',
    description: 'How long a connection waits for the next message',
  },
  rest: {
    type: 'string',
    format: 'duration',
    default: '1m',
    description: 'How long a server that failed is tried after all others',
  },
} as const satisfies Readonly<Record<string, Schema>>

const SCHEMA = { type: 'object', properties: CONNECTION_OPTIONS } as const satisfies Schema
export type ConnectionOptions = FromSchema<typeof SCHEMA>

type Common = Omit<ForwardSettings, 'protocol' | 'route' | 'xclient'>

/** Throws an Error with a plain sentence when the options make no sense together. */
export function settingsOf(options: ConnectionOptions, tls: TlsMode): Common {
  checkTimes(options)
  return {
    tls: { mode: tls, verify: verifies(options, tls), caFile: options.ca_file, serverName: options.tls_name },
    credentials: credentialsOf(options),
    xforward: options.xforward,
    timeout: options.timeout,
    deadline: options.deadline,
    pool: { most: options.idle_connections, idle: options.idle_timeout },
    rest: options.rest,
  }
}

function checkTimes({ timeout, deadline }: ConnectionOptions): void {
  checkTimeout(timeout)
  if (deadline <= 0) throw new Error('the deadline must be longer than nothing')
}

function verifies({ verify, ca_file, tls_name }: ConnectionOptions, tls: TlsMode): boolean {
  const strict = tls === 'required' || tls === 'implicit'
  if (!strict && (verify === true || ca_file !== undefined || tls_name !== undefined))
    throw new Error('a certificate is checked only with `tls: required` or `tls: implicit`: else clear text would do')
  return verify ?? strict
}

function credentialsOf({ user, password_file, password_in_clear }: ConnectionOptions): ForwardSettings['credentials'] {
  if (user === undefined && password_file === undefined) return undefined
  if (user === undefined || password_file === undefined) throw new Error('`user` and `password_file` go together')
  if (/[\0\r\n]/.test(user)) throw new Error('the user must not hold CR, LF or NUL')
  return { user, passwordFile: password_file, inClear: password_in_clear }
}
