/**
 * The facts the core knows. Words and plugins find more; those are read through the words themselves.
 *
 * A fact that is not there is undefined, never an empty text; one that could not be found out is `Unknown`.
 */
import { type Address, addressText, splitDetail } from './mail/address.ts'
import type { HookContext } from './context.ts'
import { fact, type FactDefinition, type FactValue, presentOnly } from './fact.ts'
import { MESSAGE_FACTS } from './message-facts.ts'
import { TRANSPORT_FACTS } from './transport-facts.ts'
import { Unknown } from './truth.ts'

function localOf(address: Address | undefined): string | undefined {
  if (address?.kind === 'mailbox') return address.local
  return address?.kind === 'postmaster' ? 'postmaster' : undefined
}

function domainOf(address: Address | undefined): string | undefined {
  return address?.kind === 'mailbox' ? address.domain : undefined
}

function parameterValue(params: ReadonlyMap<string, string | true> | undefined, name: string): string | undefined {
  const value = params?.get(name.toUpperCase())
  return value === true ? '' : value
}

/** RFC 1870: the size the client announced, in octets. */
function announcedSize({ transaction }: HookContext): number | undefined {
  const size = parameterValue(transaction?.mailParams, 'SIZE')
  return size === undefined ? undefined : Number(size)
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

const CONNECTION_FACTS: readonly FactDefinition[] = [
  fact('remote_ip', 'ip', 'accept', "The client's address", ({ connection }) => connection.remote.ip),
  fact('remote_port', 'number', 'accept', "The client's port", ({ connection }) => connection.remote.port),
  fact('local_ip', 'ip', 'accept', 'The address the client connected to', ({ connection }) => connection.local.ip),
  fact('local_port', 'number', 'accept', 'The port the client connected to', ({ connection }) => connection.local.port),
  fact('listener', 'text', 'accept', 'Name of the listener in the site file', ({ connection }) => connection.listener),
  fact(
    'remote_host',
    'name',
    'connection',
    "The client's name by PTR look-up, which proves nothing (`fcrdns` does); unknown when that failed",
    ({ connection }) => connection.remoteHost,
  ),
  fact(
    'client_sessions',
    'number',
    'accept',
    'Sessions that the address had open when this one began, with this one (IPv6: those of its /64); absent where a mail server asks us',
    ({ connection }) => connection.clientSessions,
  ),
  fact(
    'relay_client',
    'boolean',
    'accept',
    'Whether this client may relay',
    ({ connection }) => connection.relayClient,
  ),
  fact('immune', 'boolean', 'accept', 'Relay client, or put on a white list by a rule', isImmune),
  fact('score', 'number', 'accept', 'The score rules gave this client (karma)', ({ connection }) => connection.score),
  fact(
    'env.NAME',
    'text',
    'accept',
    'Environment variable of the server, such as RELAYCLIENT',
    ({ connection }, name) => connection.env.get(name),
  ),
  fact(
    'helo',
    'name',
    'greeting',
    'The name the client gave with HELO or EHLO',
    ({ connection }) => connection.hello?.name,
  ),
  fact('helo.verb', 'text', 'greeting', 'HELO, EHLO or LHLO', ({ connection }) => connection.hello?.verb),
  fact(
    'auth.user',
    'text',
    'greeting',
    'The authenticated user; absent without authentication',
    ({ connection }) => connection.auth?.user,
  ),
  fact('auth.mechanism', 'text', 'greeting', 'The SASL mechanism used', ({ connection }) => connection.auth?.mechanism),
  fact(
    'attempt.user',
    'text',
    'greeting',
    'At auth: who wants to log in, not proved yet',
    ({ attempt }) => attempt?.user,
  ),
  fact('attempt.mechanism', 'text', 'greeting', 'At auth: the SASL mechanism', ({ attempt }) => attempt?.mechanism),
  fact(
    'elapsed',
    'number',
    'accept',
    'Seconds since the client connected',
    ({ connection, ports }) => (ports.clock.now() - connection.startedAt) / 1000,
  ),
  fact('hook', 'text', 'accept', 'The hook that is being asked', ({ hook }) => hook),
  fact('time.hour', 'number', 'accept', 'Hour of the day, 0 to 23, UTC', ({ ports }) =>
    new Date(ports.clock.now()).getUTCHours(),
  ),
  fact(
    'time.weekday',
    'text',
    'accept',
    'Day of the week in English, UTC',
    ({ ports }) => WEEKDAYS[new Date(ports.clock.now()).getUTCDay()],
  ),
]

const ENVELOPE_FACTS: readonly FactDefinition[] = [
  fact('sender', 'address', 'sender', 'The envelope sender', ({ transaction }) => transaction?.sender),
  fact('sender.user', 'text', 'sender', 'Local part of the sender; absent for the null sender', ({ transaction }) =>
    localOf(transaction?.sender),
  ),
  fact('sender.domain', 'domain', 'sender', 'Domain of the sender; absent for the null sender', ({ transaction }) =>
    domainOf(transaction?.sender),
  ),
  fact(
    'sender.null',
    'boolean',
    'sender',
    'Whether the sender is <>',
    ({ transaction }) => transaction?.sender && transaction.sender.kind === 'null',
  ),
  fact('mail.size', 'number', 'sender', 'Octets announced with MAIL (SIZE=)', announcedSize),
  fact('mail.params.NAME', 'text', 'sender', 'Parameter of MAIL', ({ transaction }, name) =>
    parameterValue(transaction?.mailParams, name),
  ),
  fact('rcpt', 'address', 'recipient', 'The recipient in question', ({ recipient }) => recipient?.address),
  fact('rcpt.user', 'text', 'recipient', 'Local part of the recipient', ({ recipient }) => localOf(recipient?.address)),
  fact('rcpt.mailbox', 'text', 'recipient', 'Local part of the recipient without its detail', ({ recipient }) => {
    const local = localOf(recipient?.address)
    return local === undefined ? undefined : splitDetail(local, '+').user
  }),
  fact(
    'rcpt.detail',
    'text',
    'recipient',
    'What follows the + in the local part',
    ({ recipient }) => splitDetail(localOf(recipient?.address) ?? '', '+').detail,
  ),
  fact('rcpt.domain', 'domain', 'recipient', 'Domain of the recipient; absent for bare postmaster', ({ recipient }) =>
    domainOf(recipient?.address),
  ),
  fact('rcpt.params.NAME', 'text', 'recipient', 'Parameter of RCPT', ({ recipient }, name) =>
    parameterValue(recipient?.params, name),
  ),
  fact(
    'rcpt.count',
    'number',
    'recipient',
    'Recipients accepted so far',
    ({ transaction }) => transaction?.recipients.length,
  ),
  fact('recipients', 'addresses', 'envelope', 'All accepted recipients', ({ transaction }) =>
    transaction?.recipients.map(({ address }) => address),
  ),
]

const COMMAND_FACTS: readonly FactDefinition[] = [
  fact('command', 'text', 'greeting', 'The command in question, upper case', ({ command }) => command?.verb),
  fact('command.argument', 'text', 'greeting', 'What followed the command', ({ command }) => command?.argument),
  fact(
    'command.path',
    'text',
    'greeting',
    'At MAIL and RCPT: the address as typed, with its brackets if it has any',
    ({ command }) => pathIn(command?.argument),
  ),
  fact('command.params', 'texts', 'sender', 'At MAIL and RCPT: names of the parameters', ({ transaction, recipient }) =>
    presentOnly([...(recipient?.params ?? transaction?.mailParams ?? new Map()).keys()]),
  ),
  fact('decided.hook', 'text', 'any', 'At deny and ok: the hook that decided', ({ decided }) => decided?.hook),
  fact('decided.code', 'text', 'any', 'At deny and ok: the return code', ({ decided }) => decided?.verdict.code),
  fact('decided.plugin', 'text', 'any', 'At deny and ok: the plugin that spoke', ({ decided }) => decided?.by?.plugin),
  fact('decided.rule', 'text', 'any', 'At deny and ok: the rule that spoke', ({ decided }) => decided?.by?.rule),
  fact('logged.level', 'text', 'any', 'At logging: debug, info, warn or error', ({ logged }) => logged?.level),
  fact('logged.text', 'text', 'any', 'At logging: the line without its fields', ({ logged }) => logged?.text),
  fact('decided.message', 'text', 'any', 'At deny and ok: the text', ({ decided }) => decided?.verdict.message),
]

/** Of a message to several recipients: when all of them are. */
function isImmune({ connection, transaction, recipient }: HookContext): boolean {
  if (connection.relayClient || connection.immune || transaction?.immune) return true
  if (recipient) return recipient.immune ?? false
  const { recipients = [] } = transaction ?? {}
  return recipients.length > 0 && recipients.every(({ immune }) => immune)
}

/** Behind the colon, without parameters. */
function pathIn(argument = ''): string | undefined {
  return /^(?:from|to):[ \t]*(<.*>|[^ \t]+)/i.exec(argument)?.[1]
}

export const FACTS: readonly FactDefinition[] = [
  ...CONNECTION_FACTS,
  ...TRANSPORT_FACTS,
  ...ENVELOPE_FACTS,
  ...MESSAGE_FACTS,
  ...COMMAND_FACTS,
]

const BY_NAME = new Map(FACTS.map((definition) => [definition.name, definition]))
const FAMILIES = FACTS.filter(({ name }) => name.endsWith('.NAME')).map(
  (definition) => [definition.name.slice(0, -'NAME'.length), definition] as const,
)

/** The fact a key names, with the family's parameter: `header.Subject` is `header.NAME` of `Subject`. */
export function findFact(key: string): { readonly definition: FactDefinition; readonly parameter: string } | undefined {
  const exact = BY_NAME.get(key)
  if (exact && !key.endsWith('.NAME')) return { definition: exact, parameter: '' }
  const family = FAMILIES.find(([prefix]) => key.startsWith(prefix) && key.length > prefix.length)
  return family && { definition: family[1], parameter: key.slice(family[0].length) }
}

/** A fact as text for people: in templates and traces. */
export function formatFact(value: FactValue | Unknown): string {
  if (typeof value !== 'object') return String(value)
  if (value instanceof Unknown) return `unknown (${value.because})`
  return isAddress(value) ? addressText(value) || '<>' : value.map((one: FactValue) => formatFact(one)).join(', ')
}

function isAddress(value: Exclude<FactValue, string | number | boolean>): value is Address {
  return 'kind' in value
}
