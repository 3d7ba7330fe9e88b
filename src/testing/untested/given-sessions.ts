/** What a recorded session comes to, as far as the record says so by itself: hooks, and what some facts are at them. */
import { isIpFault, parseNetwork } from '../../core/net/ip.ts'
import { type Address, localKey } from '../../core/mail/address.ts'
import { HOOK_TABLE, type Hook, type Stage, STAGES } from '../../core/hook.ts'
import { NameTree } from '../../compiler/analysis/name-tree.ts'
import { RangeSet } from '../../compiler/analysis/range-set.ts'
import { TextSet } from '../../compiler/analysis/text-set.ts'
import { absentOnly, type ValueSet, valuesIn } from '../../compiler/analysis/value-set.ts'
import { recipientsOf, type SessionRecord } from '../session-record.ts'
import { addressIn, commandOf, hookOf, loginIn, senderIn } from '../walk-parts.ts'

/** False when the session cannot come so far, whatever rules say. */
export function comesTo(hook: Hook, record: SessionRecord): boolean {
  if ((record.commands ?? []).some((line) => hookOf(commandOf(line)) === hook)) return true
  return (OF_HOOK.get(hook) ?? BY_STAGE[HOOK_TABLE[hook].stage])(record)
}

type Comes = (record: SessionRecord) => boolean

const isGreeting = ({ helo }: SessionRecord): boolean => helo !== undefined
const hasSender = ({ sender }: SessionRecord): boolean => sender !== undefined
const hasRecipient = (record: SessionRecord): boolean => hasSender(record) && recipientsOf(record).length > 0
const hasContent = (record: SessionRecord): boolean =>
  hasRecipient(record) && [record.headers, record.body, record.message].some((part) => part !== undefined)
const always: Comes = () => true
const never: Comes = () => false

const BY_STAGE: Readonly<Record<Stage, Comes>> = {
  accept: always,
  connection: always,
  greeting: isGreeting,
  sender: hasSender,
  recipient: hasRecipient,
  envelope: hasContent,
  headers: hasContent,
  message: hasContent,
  any: always,
}

const OF_HOOK: ReadonlyMap<Hook, Comes> = new Map([
  ['helo', (record) => isGreeting(record) && record.helo_verb === 'HELO'],
  ['ehlo', (record) => isGreeting(record) && record.helo_verb !== 'HELO'],
  ['auth', (record) => loginIn(record) !== undefined],
  ['mail_pre', hasSender],
  ['rcpt_pre', hasRecipient],
  ['reset_transaction', hasSender],
  ...(['vrfy', 'noop', 'help', 'quit', 'unrecognized_command'] as const).map((hook): [Hook, Comes] => [hook, never]),
])

export type Facts = ReadonlyMap<string, ValueSet>

/**
 * What facts are at a hook, once for each recipient there. Only facts that no rule changes and no parameter of a test decides;
 * nothing at hooks that may be asked at any time.
 */
export function factsAt(hook: Hook, record: SessionRecord): readonly Facts[] {
  if (HOOK_TABLE[hook].stage === 'any') return [new Map()]
  const client = [...clientFacts(record), ...greetingFacts(record, hook), ...senderFacts(record, hook)]
  const recipients = hook === 'rcpt' ? recipientsOf(record) : []
  if (recipients.length === 0) return [new Map(client)]
  return recipients.map((text) => new Map([...client, ...addressFacts('rcpt', readable(text, addressIn))]))
}

type Entries = readonly (readonly [string, ValueSet])[]

function clientFacts({ remote_ip: ip, remote_host: host, listener = 'smtp', tls }: SessionRecord): Entries {
  const network = parseNetwork(ip?.toLowerCase().startsWith('::ffff:') ? '' : (ip ?? ''))
  return [
    ...(isIpFault(network) ? [] : [['remote_ip', valuesIn(RangeSet.networks([network]))] as const]),
    ...(host === undefined ? [] : nameFact('remote_host', host)),
    ['listener', valuesIn(TextSet.of([listener.toLowerCase()]))],
    ['tls', valuesIn(TextSet.of([String(tls !== undefined)]))],
  ]
}

function greetingFacts({ helo }: SessionRecord, hook: Hook): Entries {
  return isFrom('greeting', hook) ? nameFact('helo', helo ?? null) : []
}

function isFrom(stage: Stage, hook: Hook): boolean {
  return STAGES.indexOf(HOOK_TABLE[hook].stage) >= STAGES.indexOf(stage)
}

const PLAIN_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/i

/** Nothing of a name that may be written in several ways. */
function nameFact(fact: string, name: string | null): Entries {
  if (name === null) return [[fact, absentOnly(NameTree.all)]]
  return PLAIN_NAME.test(name) ? [[fact, valuesIn(NameTree.of([name.toLowerCase()]))]] : []
}

function senderFacts({ sender }: SessionRecord, hook: Hook): Entries {
  if (sender === undefined || !isFrom('sender', hook)) return []
  const address = readable(sender, senderIn)
  const isNull = valuesIn(TextSet.of([String(address?.kind === 'null')]))
  return address ? [['sender.null', isNull], ...addressFacts('sender', address)] : []
}

function addressFacts(name: string, address: Address | undefined): Entries {
  if (!address) return []
  const [user, domain] = [`${name}.user`, `${name}.domain`]
  if (address.kind === 'mailbox')
    return [
      [user, valuesIn(TextSet.of([localKey(address.local)]))],
      [domain, valuesIn(NameTree.of([address.domain]))],
    ]
  const own = address.kind === 'postmaster' ? valuesIn(TextSet.of(['postmaster'])) : absentOnly(TextSet.all)
  return [
    [user, own],
    [domain, absentOnly(NameTree.all)],
  ]
}

function readable(text: string, read: (text: string) => Address): Address | undefined {
  try {
    return read(text)
  } catch {
    return undefined
  }
}
