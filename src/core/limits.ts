/** Limits: each with a name, a unit and a default. The site file may change them under `limits`; none may be switched off. */
import { mapValues } from './table.ts'

export interface LimitDefinition {
  readonly default: number
  readonly minimum: number
  readonly unit: 'octets' | 'octets per second' | 'seconds' | 'count' | 'milliseconds'
  readonly summary: string
}

export const LIMITS = {
  command_length: {
    default: 2048,
    minimum: 512,
    unit: 'octets',
    summary: 'Longest command line, CRLF included (RFC 5321 section 4.5.3.1.4)',
  },
  text_line_length: {
    default: 65536,
    minimum: 1000,
    unit: 'octets',
    summary: 'Longest line of the content (RFC 5321 asks for 1000)',
  },
  header_size: { default: 262144, minimum: 65536, unit: 'octets', summary: 'Largest header section' },
  header_fields: { default: 2000, minimum: 100, unit: 'count', summary: 'Fields of the header section' },
  hops: {
    default: 100,
    minimum: 10,
    unit: 'count',
    summary: 'Received fields; a message with more goes in a circle (RFC 5321 section 6.3)',
  },
  message_size: {
    default: 26214400,
    minimum: 65536,
    unit: 'octets',
    summary: 'Largest message, announced as SIZE (RFC 1870)',
  },
  spool_threshold: {
    default: 262144,
    minimum: 262144,
    unit: 'octets',
    summary: 'How much of the body stays in memory; what is more goes to a file',
  },
  recipients: {
    default: 1000,
    minimum: 100,
    unit: 'count',
    summary: 'Recipients of one message (RFC 5321 section 4.5.3.1.8)',
  },
  deliveries: {
    default: 10000,
    minimum: 100,
    unit: 'count',
    summary: 'Addresses that the recipients of one message stand for, aliases and lists expanded',
  },
  transactions: {
    default: 1000,
    minimum: 10,
    unit: 'count',
    summary: 'MAIL commands of one session, announced as MAILMAX (RFC 9422)',
  },
  errors: { default: 20, minimum: 3, unit: 'count', summary: 'Refused commands before the session is closed' },
  junk_commands: {
    default: 100,
    minimum: 10,
    unit: 'count',
    summary: 'NOOP, RSET, VRFY, HELP and chunks below 1 KiB between two messages before the session is closed',
  },
  auth_failures: {
    default: 3,
    minimum: 1,
    unit: 'count',
    summary: 'Failed attempts to log in before the session is closed',
  },
  auth_delay: {
    default: 2000,
    minimum: 1,
    unit: 'milliseconds',
    summary: 'Time until the answer to a failed attempt to log in, however soon it is known',
  },
  connections: { default: 1000, minimum: 1, unit: 'count', summary: 'Sessions at the same time' },
  connections_per_client: {
    default: 50,
    minimum: 1,
    unit: 'count',
    summary: 'Sessions of one address (IPv6: one /64) at the same time',
  },
  command_timeout: {
    default: 300,
    minimum: 1,
    unit: 'seconds',
    summary: 'Time for one whole command to arrive (RFC 5321 section 4.5.3.2.7)',
  },
  tls_timeout: { default: 30, minimum: 1, unit: 'seconds', summary: 'Time for the whole TLS handshake' },
  proxy_timeout: {
    default: 5,
    minimum: 1,
    unit: 'seconds',
    summary: 'Time for a trusted proxy to announce the client (PROXY protocol)',
  },
  data_timeout: {
    default: 600,
    minimum: 1,
    unit: 'seconds',
    summary: 'Time for the whole content to arrive, or for one chunk of it',
  },
  data_rate: {
    default: 100,
    minimum: 1,
    unit: 'octets per second',
    summary: 'Slowest content, measured over each `data_grace`',
  },
  data_grace: {
    default: 60,
    minimum: 5,
    unit: 'seconds',
    summary: 'How long content may stand still before it is too slow',
  },
  handler_deadline: {
    default: 30000,
    minimum: 1,
    unit: 'milliseconds',
    summary: 'Time for one rule or handler; then it is unknown',
  },
  hook_deadline: {
    default: 60000,
    minimum: 1,
    unit: 'milliseconds',
    summary: 'Time for all rules of one hook together; those left then are unknown if they have to wait',
  },
  load_deadline: {
    default: 30000,
    minimum: 1,
    unit: 'milliseconds',
    summary: 'Time for one TypeScript plugin to be loaded and set up; then the site does not load',
  },
  request_line_length: {
    default: 2048,
    minimum: 1024,
    unit: 'octets',
    summary: 'Longest line of a request to a policy service',
  },
  request_attributes: {
    default: 100,
    minimum: 50,
    unit: 'count',
    summary: 'Lines of one request to a policy service',
  },
  attach_timeout: {
    default: 7210,
    minimum: 60,
    unit: 'seconds',
    summary: 'How long a mail server that asks us may be silent between two questions, as in libmilter',
  },
  policy_size: { default: 65536, minimum: 1024, unit: 'octets', summary: 'Largest policy of a recipient' },
  policy_entries: {
    default: 1000,
    minimum: 1,
    unit: 'count',
    summary: "Entries in the lists of a recipient's policy, all lists together",
  },
  policy_memory: {
    default: 67108864,
    minimum: 1048576,
    unit: 'octets',
    summary: 'Memory for policies that are kept at hand, about; the least used go first',
  },
  log_kept: {
    default: 1000,
    minimum: 10,
    unit: 'count',
    summary: 'Lines of one session that wait for what becomes of its transaction, at each place of the log with `when`',
  },
  shutdown_grace: {
    default: 30,
    minimum: 0,
    unit: 'seconds',
    summary: 'Time for open transactions to end when the server stops',
  },
} as const satisfies Record<string, LimitDefinition>

export type LimitName = keyof typeof LIMITS
export type Limits = Readonly<Record<LimitName, number>>

export function defaultLimits(): Limits {
  return mapValues(LIMITS, (limit) => limit.default)
}
